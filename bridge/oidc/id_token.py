"""ID tokens: made here alone, and read here when a client sends one back as id_token_hint."""

import hashlib
from dataclasses import dataclass
from typing import Any

from bridge.domain.claims import id_token_claims, today
from bridge.domain.client import Client, SigningAlg
from bridge.domain.encoding import base64url
from bridge.domain.grant import Grant
from bridge.domain.ids import ClientId, Sid, Sub
from bridge.domain.policy import Policy
from bridge.oidc.errors import HintInvalid
from bridge.oidc.keys import TokenInvalid
from bridge.ports.keys import Signer


@dataclass(frozen=True, slots=True)
class IdTokens:
    """Makes ID tokens (OIDC Core §2), at the code as at every refresh."""

    policy: Policy
    signer: Signer

    def compose(
        self, grant: Grant, client: Client, access_token: str, now: int, nonce: str | None = None
    ) -> str:
        """An ID token of a person's Grant; `now` in epoch seconds.

        The facts of the login come from the Grant, never from the clock: at a refresh auth_time, acr, amr and
        sid are the same, and there is no nonce (OIDC Core §12.2). `aud` is a plain string, which all clients
        can read.
        """
        alg = client.id_token_signed_response_alg
        claims = id_token_content(grant, client, self.policy, now)
        claims["at_hash"] = at_hash(access_token, alg)
        if nonce is not None:
            claims["nonce"] = nonce
        return self.signer.sign(claims, alg)


def id_token_content(grant: Grant, client: Client, policy: Policy, now: int) -> dict[str, Any]:
    """What the ID token of a person's Grant says, but for what belongs to one token: at_hash and nonce."""
    person = grant.person
    claims: dict[str, Any] = {
        "iss": policy.issuer,
        "sub": person.sub,
        "aud": client.client_id,
        "exp": now + client.lifetime("id_token", policy.lifetimes.id_token),
        "iat": now,
        "auth_time": person.login.auth_time,
        "acr": person.login.acr,
        "sid": person.login.sid,
    }
    if person.login.amr:
        claims["amr"] = list(person.login.amr)
    return id_token_claims(grant, client, policy.constant_claims, today(now)) | claims


def at_hash(access_token: str, alg: SigningAlg) -> str:
    """The claim at_hash: the left half of the access token's hash, by the alg's hash (OIDC Core §3.1.3.6)."""
    make = hashlib.sha512 if alg == "EdDSA" else hashlib.sha256
    made = make(access_token.encode()).digest()
    return base64url(made[: len(made) // 2])


@dataclass(frozen=True, slots=True)
class HintClaims:
    """The claims of an id_token_hint: the person, the Session, and the client it was issued to."""

    sub: Sub
    sid: Sid | None
    aud: ClientId


class HintReader:
    """Reads ID tokens that come back as id_token_hint."""

    def __init__(self, signer: Signer, issuer: str) -> None:
        self._signer = signer
        self._issuer = issuer

    def read(self, hint: str, client: Client) -> HintClaims:
        """The claims of a hint that was issued to this client, also of an expired one. Raises HintInvalid."""
        claims = self._claims(hint)
        if claims is None or claims.aud != client.client_id:
            raise HintInvalid
        return claims

    def audience(self, hint: str) -> ClientId | None:
        """The client that a hint was issued to; None where it is not an ID token of ours."""
        claims = self._claims(hint)
        return claims.aud if claims else None

    def _claims(self, hint: str) -> HintClaims | None:
        try:
            claims = self._signer.verify(hint)
        except TokenInvalid:
            return None
        sub, aud, sid = claims.get("sub"), claims.get("aud"), claims.get("sid")
        if claims.get("iss") != self._issuer or not isinstance(sub, str) or not isinstance(aud, str):
            return None
        return HintClaims(Sub(sub), Sid(sid) if isinstance(sid, str) and sid else None, ClientId(aud))
