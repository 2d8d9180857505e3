"""Makes credentials of a Grant: codes, access tokens, refresh tokens, and the answer that carries them.

A credential reads `<grant tag>.<secret>`; whoever presents it tells in which slot to look, and only its hash
is kept. A refresh token's secret begins with `o-` (offline, kept in SQL) or `s-` (dies with the Session).
"""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bridge.domain.claims import Values, today, userinfo_claims
from bridge.domain.client import Client
from bridge.domain.grant import Grant
from bridge.domain.token import AccessToken, RefreshToken
from bridge.oidc.answer import to_json
from bridge.oidc.id_token import compose
from bridge.oidc.keys import Keys
from bridge.ports import Services
from bridge.settings import Settings

SECRET = 32  # bytes of randomness in every credential
JWT_FORMAT = "at+jwt"
TokenBytes = Callable[[int], bytes]


def new_code(grant_id: str, token_bytes: TokenBytes) -> str:
    """A new authorization code of a Grant."""
    return _credential(grant_id, token_bytes)


@dataclass(frozen=True, slots=True)
class Issued:
    """New tokens: what has to be kept, and the answer to give once it is (RFC 6749 §5.1)."""

    grant: Grant
    access: tuple[str, AccessToken] = field(repr=False)
    refresh: tuple[str, RefreshToken] | None = field(repr=False)
    content: dict[str, Any] = field(repr=False)

    @property
    def body(self) -> bytes:
        """The answer as JSON: the same bytes whenever the content is the same."""
        return to_json(self.content)


class TokenIssuer:
    """Makes tokens; keeps nothing, decides nothing about who may have them."""

    def __init__(self, settings: Settings, services: Services, keys: Keys) -> None:
        self._settings = settings
        self._token_bytes = services.token_bytes
        self._keys = keys

    def issue(
        self,
        grant: Grant,
        client: Client,
        scope: Sequence[str],
        refresh: tuple[str, RefreshToken] | None,
        now: int,
        *,
        tell_refresh: bool = True,
    ) -> Issued:
        """Tokens for a scope that is the Grant's or narrower; `now` in epoch seconds.

        `refresh` is the token that is to be kept beside them; `tell_refresh`: it goes into the answer.
        """
        narrowed = replace(grant, scope=tuple(scope))
        access = self._access(narrowed, client, now)
        content: dict[str, Any] = {
            "access_token": access[0],
            "token_type": "Bearer",
            "expires_in": access[1].expires_at - now,
            "scope": " ".join(scope),
        }
        if refresh is not None and tell_refresh:
            content["refresh_token"] = refresh[0]
        if "openid" in scope:
            content["id_token"] = compose(narrowed, client, access[0], now, self._settings, self._keys)
        return Issued(grant, access, refresh, content)

    def first_refresh(self, grant: Grant, client: Client, now: int) -> tuple[str, RefreshToken] | None:
        """The refresh token that comes with the code; None when its time would be over already."""
        total = client.lifetimes.get("refresh", self._settings.lifetimes.refresh)
        ends_at = now + total
        if not grant.offline:  # it dies with the Session (DESIGN §6.9), so it need not be kept for longer
            ends_at = min(ends_at, grant.auth_time + self._settings.lifetimes.session)
        if ends_at <= now:
            return None
        return self._refresh_text(grant), self._refresh_record(grant, client, ends_at, now)

    def next_refresh(self, old: RefreshToken, client: Client, now: int) -> tuple[str, RefreshToken]:
        """The one that takes an old one's place: its limit in all stays (RFC 9700 §4.14.2)."""
        record = self._refresh_record(old.grant, client, old.ends_at, now)
        return self._refresh_text(old.grant), record

    def moved_on(self, old: RefreshToken, client: Client, now: int) -> RefreshToken | None:
        """The same token after this use: its idle limit moves. None while that is not worth a write."""
        moved = self._refresh_record(old.grant, client, old.ends_at, now)
        worth = max(1, (moved.expires_at - now) // 10)
        return moved if moved.expires_at - old.expires_at >= worth else None

    def _refresh_text(self, grant: Grant) -> str:
        return _credential(grant.id, self._token_bytes, "o-" if grant.offline else "s-")

    def _refresh_record(self, grant: Grant, client: Client, ends_at: int, now: int) -> RefreshToken:
        lifetimes = self._settings.lifetimes
        idle = min(lifetimes.refresh_idle, client.lifetimes.get("refresh", lifetimes.refresh))
        return RefreshToken(grant, now, min(now + idle, ends_at), ends_at)

    def _access(self, grant: Grant, client: Client, now: int) -> tuple[str, AccessToken]:
        lifetime = client.lifetimes.get("access_token", self._settings.lifetimes.access_token)
        text = _credential(grant.id, self._token_bytes)
        if client.access_token_format == JWT_FORMAT:
            text = self._jwt(text, grant, client, now, lifetime)
        record = AccessToken(
            grant_id=grant.id,
            client_id=client.client_id,
            sub=grant.sub,
            scope=grant.scope,
            sid=grant.sid,
            issued_at=now,
            expires_at=now + lifetime,
            claims=self._claims(grant, client, now),
        )
        return text, record

    def _claims(self, grant: Grant, client: Client, now: int) -> Values:
        return userinfo_claims(grant, client, self._settings.claims.constant, today(now))

    def _jwt(self, jti: str, grant: Grant, client: Client, now: int, lifetime: int) -> str:
        """A token that others can read (RFC 9068 §2.2); by its jti we find its Grant."""
        claims = {
            "iss": self._settings.issuer,
            "sub": grant.sub,
            "aud": self._settings.issuer,
            "client_id": client.client_id,
            "iat": now,
            "exp": now + lifetime,
            "jti": jti,
            "scope": " ".join(grant.scope),
            "auth_time": grant.auth_time,
            "acr": grant.acr,
            "sid": grant.sid,
        }
        return self._keys.sign(claims, client.id_token_signed_response_alg, JWT_FORMAT)


def _credential(grant_id: str, token_bytes: TokenBytes, kind: str = "") -> str:
    secret = base64.urlsafe_b64encode(token_bytes(SECRET)).rstrip(b"=").decode()
    return f"{grant_id}.{kind}{secret}"
