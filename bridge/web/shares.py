"""The lines of the consent page: in plain words exactly what the application will get, each thing once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bridge.domain.authorization_request import AuthorizationRequest
from bridge.domain.claims import CLAIMS, LINES, SCOPES, Line, claim_names
from bridge.domain.client import Client
from bridge.web.texts import N_


@dataclass(frozen=True, slots=True)
class Share:
    """One line: `what` the application gets and what that means, both to be translated.

    `purpose` is what the client wrote about it, in its own language: it is not translated, and always
    escaped.
    """

    what: str
    meaning: str = ""
    purpose: str = ""


# The words of each line. Which claims and scopes belong to a line stands in their tables (domain/claims).
SHARES: Mapping[Line, Share] = {
    "identifier": Share(
        N_("A private identifier"),
        N_("It lets this service know you again, and says nothing else about you."),
    ),
    "name": Share(N_("Your name"), N_("In Khmer and in Latin letters.")),
    "gender": Share(N_("Your sex")),
    "birthdate": Share(N_("Your date of birth")),
    "language": Share(N_("Your language")),
    "email": Share(N_("Your e-mail address")),
    "phone": Share(N_("Your phone number")),
    "nationality": Share(N_("Your nationality")),
    "camdigikey_id": Share(
        N_("Your CamDigiKey number"),
        N_("It is the same at every service, so that services can tell that you are the same person."),
    ),
    "national_id": Share(N_("The number of your identity document")),
    "age": Share(N_("Whether you are over 16, 18 and 21"), N_("Only yes or no, not your date of birth.")),
    "roles": Share(
        N_("Your roles at this service"), N_("Those who look after the service gave them to you.")
    ),
    "constant": Share(
        N_("Further details"), N_("They are set by this institution, and the same for everybody.")
    ),
    "offline": Share(
        N_("Access while you are away"), N_("The service may ask for all this again when you are not there.")
    ),
}


def shares_of(request: AuthorizationRequest, client: Client) -> tuple[Share, ...]:
    """The lines for what this request can give this client, in the order of domain.claims.LINES."""
    lines = {CLAIMS[name].line for name in claim_names(request, client)}
    lines |= {SCOPES[scope].line for scope in request.scope if scope in SCOPES}
    return tuple(_share(line, client) for line in LINES if line in lines)


def _share(line: Line, client: Client) -> Share:
    share = SHARES[line]
    return replace(share, purpose=client.national_id_purpose or "") if line == "national_id" else share
