"""What an application may have only after more than one person has looked at it."""

from bridge.domain.client import Client
from bridge.manage.access import Actor, Refused

# The scopes whose claims name a person for good: the national number, and CamDigiKey's own identifier.
SENSITIVE_SCOPES = ("national_id", "camdigikey_id")
# What decides where such a claim goes, and who asks for it: changed, another may get it.
SENSITIVE_FIELDS = (
    "redirect_uris",
    "post_logout_redirect_uris",
    "allowed_origins",
    "token_endpoint_auth_method",
    "secret_hashes",
    "grant_types",
    "require_pkce",
    "subject_type",
    "skip_consent",
    "claims",
    "claims_in_id_token",
    "national_id_purpose",
    "connector",
)


def check_sensitive(actor: Actor, before: Client | None, after: Client, *, command: str = "edit") -> None:
    """Raises Refused where a change would give such a claim to who does not have it now.

    The change is judged by what comes of it: a scope that is new, and of an application that has one already
    whatever decides where the claim goes. Who has a shell on the server decides alone, by `command`.
    """
    if actor.local:
        return
    wanted, changed = new_scopes(before, after), sensitive_changes(before, after)
    if wanted:
        raise Refused(f"{' and '.join(wanted)} can be allowed only {_where(after, command)}")
    if changed:
        raise Refused(
            f"The application may ask for {' and '.join(_named(after))}: {', '.join(changed)} can be changed "
            f"only {_where(after, command)}"
        )


def new_scopes(before: Client | None, after: Client) -> list[str]:
    """The scopes of such claims that the application does not have now."""
    return [scope for scope in _named(after) if before is None or scope not in before.scope]


def sensitive_changes(before: Client | None, after: Client) -> list[str]:
    """Of an application that may ask for such a claim, the changed fields that decide where it goes."""
    if before is None or not _named(after):
        return []
    return [name for name in SENSITIVE_FIELDS if getattr(before, name) != getattr(after, name)]


def _named(client: Client) -> list[str]:
    return [scope for scope in SENSITIVE_SCOPES if scope in client.scope]


def _where(client: Client, command: str) -> str:
    return f"on the server's command line: bridge client {command} {client.client_id or 'CLIENT_ID'}"
