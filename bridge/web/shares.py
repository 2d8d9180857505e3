"""What a consent page lists: in plain words, exactly what the application will be told, each thing once."""

from dataclasses import dataclass, replace

from bridge.domain.authorization_request import AuthorizationRequest
from bridge.domain.claims import LOGIN_CLAIMS, SCOPES, reach
from bridge.domain.client import Client
from bridge.web.texts import N_


@dataclass(frozen=True, slots=True)
class Share:
    """One thing that an application is told: what, and what that means; texts to be translated.

    `purpose` is the client's own, in whatever language it wrote it: never a text of ours, always escaped.
    """

    what: str
    meaning: str = ""
    claims: frozenset[str] = frozenset()
    purpose: str = ""


def _share(what: str, meaning: str, *claims: str) -> Share:
    return Share(what, meaning, frozenset(claims))


NATIONAL_ID = "personal_code"
SHARES = (
    _share(
        N_("A private identifier"),
        N_("It lets this service know you again, and says nothing else about you."),
        "sub",
        "preferred_username",
    ),
    _share(
        N_("Your name"),
        N_("In Khmer and in Latin letters."),
        *("name", "given_name", "family_name", "name#km", "given_name#km", "family_name#km"),
    ),
    _share(N_("Your sex"), "", "gender"),
    _share(N_("Your date of birth"), "", "birthdate"),
    _share(N_("Your language"), "", "locale", "zoneinfo"),
    _share(N_("Your e-mail address"), "", "email", "email_verified"),
    _share(N_("Your phone number"), "", "phone_number", "phone_number_verified"),
    _share(N_("Your nationality"), "", "nationality"),
    _share(
        N_("Your CamDigiKey number"),
        N_("It is the same at every service, so that services can tell that you are the same person."),
        "camdigikey_id",
    ),
    _share(N_("The number of your identity document"), "", NATIONAL_ID),
    _share(
        N_("Whether you are over 16, 18 and 21"),
        N_("Only yes or no, not your date of birth."),
        *("age_over_16", "age_over_18", "age_over_21"),
    ),
)
OFFLINE = Share(
    N_("Access while you are away"), N_("The service may ask for all this again when you are not there.")
)
OTHER = Share(N_("Further details"), N_("They are set by this institution, and the same for everybody."))
UNSAID = frozenset(LOGIN_CLAIMS) | {"updated_at"}  # of the sign-in and of the record, not of the person


def shares_of(request: AuthorizationRequest, client: Client) -> tuple[Share, ...]:
    """What the person is asked to agree to."""
    given = reach(request, client)
    listed = [_with_purpose(one, client) for one in SHARES if one.claims & given]
    if any(scope not in SCOPES for scope in request.scope):  # only a constant can fill it
        listed.append(OTHER)
    if request.offline:
        listed.append(OFFLINE)
    return tuple(listed)


def _with_purpose(share: Share, client: Client) -> Share:
    return replace(share, purpose=client.national_id_purpose) if NATIONAL_ID in share.claims else share
