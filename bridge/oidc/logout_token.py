"""The logout token, which tells a client that a Session has ended (OIDC Back-Channel Logout §2.4)."""

from typing import Any

from bridge.domain.client import SigningAlg
from bridge.ports.keys import Signer

LIFETIME = 120  # seconds, the most that Back-Channel Logout §2.4 recommends
TYP = "logout+jwt"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


def logout_token(
    *, issuer: str, client_id: str, sub: str, sid: str, alg: SigningAlg, now: int, jti: str, signer: Signer
) -> str:
    """A logout token for one client, signed with the alg of its ID tokens; `now` in epoch seconds.

    It never has a nonce, so that it can't pass for an ID token (OIDC Back-Channel Logout §2.4). Without `sid`
    it ends all sessions that the person has at the client. Raises ValueError without both `sub` and `sid`.
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
