"""Sign-ins of our own: a page of this service asks its own provider who somebody is (OIDC Core §3.1).

The page is a client as any application, but its code is redeemed by a function call, and nothing remains of
the Grant.
"""

from typing import Protocol
from urllib.parse import urlencode

from bridge.domain.encoding import base64url, digest
from bridge.domain.ids import ClientId
from bridge.domain.policy import CLOCK_SKEW
from bridge.domain.principal import PersonPrincipal
from bridge.domain.sentence import said
from bridge.domain.subject import Identity
from bridge.domain.token import RedeemedCode
from bridge.manage.access import Refused
from bridge.oidc.server.authorization_code import same_challenge
from bridge.ports.grants import CodeStore, GrantStore

PENDING_LIVES = 30 * 60  # seconds; as long as a sign-in may take
OTHER_BROWSER = said("This sign-in did not begin in this browser. Begin it again.")
OVER = said("This sign-in has expired, or was used already. Begin it again.")


class BegunSignIn(Protocol):
    """What the browser keeps, sealed, while its person is at CamDigiKey."""

    @property
    def state(self) -> str: ...

    @property
    def verifier(self) -> str: ...

    @property
    def began_at(self) -> int: ...


def request_address(
    begun: BegunSignIn, client_id: ClientId, issuer: str, callback: str, *, beside: bool = False
) -> str:
    """Where to send the browser: always to a fresh approval at CamDigiKey (OIDC Core §3.1.2.1).

    `beside`: the browser's Session lives on at CamDigiKey; by prompt=login it would end there (DESIGN §6.7).
    """
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": issuer + callback,
        "scope": "openid profile",
        "state": begun.state,
        "code_challenge": s256(begun.verifier),
        "code_challenge_method": "S256",
        **({"max_age": "0"} if beside else {"prompt": "login"}),
    }
    return f"{issuer}/authorize?{urlencode(query)}"


def redeemed(
    codes: CodeStore,
    grants: GrantStore,
    client_id: ClientId,
    begun: BegunSignIn,
    state: str,
    code: str,
    now: int,
) -> PersonPrincipal:
    """Who signed in: the code of this sign-in, redeemed once; its Grant ends. `now` in epoch seconds.

    Raises Refused with a sentence for the person.
    """
    if not state or state != begun.state:
        raise Refused(OTHER_BROWSER)
    if now - begun.began_at > PENDING_LIVES:
        raise Refused(OVER)
    taken = codes.take(code, client_id, now)
    if not isinstance(taken, RedeemedCode):
        raise Refused(OVER)
    grants.forget(taken.grant, now)  # nothing is ever asked of it
    principal, challenge = taken.grant.principal, taken.code.code_challenge
    if challenge is None or not same_challenge(begun.verifier, challenge):
        raise Refused(OTHER_BROWSER)
    if not isinstance(principal, PersonPrincipal) or (
        principal.login.auth_time < begun.began_at - CLOCK_SKEW
    ):
        raise Refused("A fresh sign-in is needed here. Begin it again.")
    return principal


def s256(verifier: str) -> str:
    """The challenge of a PKCE verifier (RFC 7636 §4.2)."""
    return base64url(bytes.fromhex(digest(verifier)))


def name_of(identity: Identity) -> str:
    """A person's name in a list; Latin letters, else Khmer ones."""
    latin = " ".join(filter(None, (identity.given_name, identity.family_name)))
    return latin or " ".join(filter(None, (identity.family_name_km, identity.given_name_km)))
