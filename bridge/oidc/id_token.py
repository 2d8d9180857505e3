"""The ID token: the one place where one is put together, and where one that comes back as a hint is read."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

from bridge.domain.claims import id_token_claims, today
from bridge.domain.client import Client
from bridge.domain.grant import Grant
from bridge.oidc.errors import HintInvalid
from bridge.oidc.keys import Keys, TokenInvalid
from bridge.settings import Settings


def compose(grant: Grant, client: Client, access_token: str, now: int, settings: Settings, keys: Keys) -> str:
    """An ID token of a Grant (OIDC Core §2), at the code as at every refresh; `now` in epoch seconds.

    What it says of the login comes from the Grant, never from the clock: a refreshed one has the same
    auth_time, acr, amr and sid (OIDC Core §12.2). `aud` is a plain string, for that is what all can read.
    """
    alg = client.id_token_signed_response_alg
    lifetime = client.lifetimes.get("id_token", settings.lifetimes.id_token)
    claims: dict[str, Any] = {
        "iss": settings.issuer,
        "sub": grant.sub,
        "aud": client.client_id,
        "exp": now + lifetime,
        "iat": now,
        "auth_time": grant.auth_time,
        "acr": grant.acr,
        "sid": grant.sid,
        "at_hash": at_hash(access_token, alg),
    }
    if grant.amr:
        claims["amr"] = list(grant.amr)
    if grant.nonce is not None:
        claims["nonce"] = grant.nonce
    person = id_token_claims(grant, client, settings.claims.constant, today(now))
    return keys.sign(person | claims, alg)


def at_hash(access_token: str, alg: str) -> str:
    """Left half of the access token's hash by the alg's own (OIDC Core §3.1.3.6); Ed25519's is SHA-512."""
    made = hashlib.sha512 if alg == "EdDSA" else hashlib.sha256
    digest = made(access_token.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class HintClaims:
    """What an id_token_hint says: whose login it was."""

    sub: str
    sid: str
    aud: str


class HintReader:
    """Reads ID tokens that come back as id_token_hint."""

    def __init__(self, keys: Keys, issuer: str) -> None:
        self._keys = keys
        self._issuer = issuer

    def read(self, hint: str, client: Client) -> HintClaims:
        """The hint's claims, if we gave it to this client, however long ago. Raises HintInvalid."""
        claims = self._claims(hint)
        if claims is None or claims.aud != client.client_id:
            raise HintInvalid
        return claims

    def audience(self, hint: str) -> str | None:
        """The client that a hint of ours was given to; None where it is none of ours."""
        claims = self._claims(hint)
        return claims.aud if claims else None

    def _claims(self, hint: str) -> HintClaims | None:
        try:
            claims = self._keys.verify(hint)
        except TokenInvalid:
            return None
        sub, aud = claims.get("sub"), claims.get("aud")
        if claims.get("iss") != self._issuer or not isinstance(sub, str) or not isinstance(aud, str):
            return None
        return HintClaims(sub, str(claims.get("sid", "")), aud)
