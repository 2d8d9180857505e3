"""The logout token: what a client hears of a Session's end (OpenID Connect Back-Channel Logout 1.0 §2.4)."""

from typing import Any

from bridge.domain.client import SigningAlg
from bridge.ports.keys import Signer

LIFETIME = 120  # seconds, the most that Back-Channel Logout §2.4 recommends
TYP = "logout+jwt"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


def logout_token(
    *, issuer: str, client_id: str, sub: str, sid: str, alg: SigningAlg, now: int, jti: str, signer: Signer
) -> str:
    """A logout token for one client, signed as its ID tokens are; `now` in epoch seconds.

    It never has a nonce: that tells it from an ID token (Back-Channel Logout §2.4). Without `sid` it ends all
    the client's sessions of that person. `sub` or `sid` has to be there: raises ValueError.
    """
    if not sub and not sid:
        raise ValueError("a logout token names a person or a session")
    claims: dict[str, Any] = {
        "iss": issuer,
        "aud": client_id,
        "iat": now,
        "exp": now + LIFETIME,
        "jti": jti,
        "events": {EVENT: {}},
    }
    named = {"sub": sub, "sid": sid}
    claims |= {name: value for name, value in named.items() if value}
    return signer.sign(claims, alg, TYP)
