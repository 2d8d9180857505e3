"""Which changes of an application more than one person has to look at: judged by what comes of them."""

from dataclasses import fields

from bridge.domain.client import Client

# The scopes whose claims name a person for good: the national number, CamDigiKey's own identifier, the face.
SENSITIVE_SCOPES = ("national_id", "camdigikey_id", "face")
# What does not decide where such a claim goes, nor who asks for it. A field that is not named here
# is sensitive: a new one is looked at until somebody decides that it need not be.
HARMLESS_FIELDS = frozenset(
    (
        "client_id",
        "client_id_issued_at",
        "client_name",
        "scope",  # judged by itself: a scope that goes away is no gain
        "enabled",
        "managed_by",
        "name_locale",
        "email_fallback_domain",
        "client_uri",
        "logo_uri",
        "policy_uri",
        "tos_uri",
        "client_name_km",
        "colour",
        "default_max_age",
        "lifetimes",
        "id_token_signed_response_alg",
        "backchannel_logout_session_required",
        "skip_login_page",
    )
)
SENSITIVE_FIELDS = tuple(row.name for row in fields(Client) if row.name not in HARMLESS_FIELDS)


def sensitive(before: Client | None, after: Client) -> tuple[str, ...]:
    """For what this change has to be looked at: scopes that are new, and changed fields. Empty: for nothing.

    Whoever asks and by whatever way, it is judged by the application that comes of it: a scope of
    SENSITIVE_SCOPES that it did not have, and where it has one, whatever decides where the claim goes.
    """
    return (*_new_scopes(before, after), *_changed_fields(before, after))


def _new_scopes(before: Client | None, after: Client) -> list[str]:
    return [scope for scope in _named(after) if before is None or scope not in before.scope]


def _changed_fields(before: Client | None, after: Client) -> list[str]:
    if before is None or not _named(after):
        return []
    return [name for name in SENSITIVE_FIELDS if getattr(before, name) != getattr(after, name)]


def _named(client: Client) -> list[str]:
    return [scope for scope in SENSITIVE_SCOPES if scope in client.scope]
