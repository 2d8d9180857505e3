"""The logout token: what a client hears of a Session's end (OpenID Connect Back-Channel Logout 1.0 §2.4)."""

from typing import Any, Protocol
from urllib.parse import urlsplit

LIFETIME = 120  # seconds, the most that §2.4 recommends
TYP = "logout+jwt"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class TokenSigner(Protocol):
    """Signs claims: `oidc.keys.Keys` is one."""

    def sign(self, claims: dict[str, Any], alg: str, typ: str) -> str: ...


def logout_token(
    *, issuer: str, client_id: str, sub: str, sid: str, alg: str, now: int, jti: str, signer: TokenSigner
) -> str:
    """A logout token for one client, signed as its ID tokens are; `now` in epoch seconds.

    It never has a nonce: that tells it from an ID token (§2.4). Without `sid` it ends all the client's
    sessions of that person. `sub` or `sid` has to be there: raises ValueError.
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


def logout_uri_fault(uri: str) -> str:
    """What is wrong with a `backchannel_logout_uri` (§2.2); empty when nothing is.

    Its form as an address is checked with all the others'; this is what it needs beyond that.
    """
    try:
        parts = urlsplit(uri)
    except ValueError:
        return f"{uri} can't be read as an address."
    if "#" in uri:
        return f"{uri} has a fragment (#…), which never reaches a server: leave it out."
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return ""
    return f"{uri} has to begin with https:// (http:// is for 127.0.0.1 and localhost alone)."
