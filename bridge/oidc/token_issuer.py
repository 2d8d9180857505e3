"""Makes credentials of a Grant: codes, access tokens, refresh tokens, and the answer that carries them.

A credential reads `<grant id>.<secret>`; whoever presents it tells in which slot to look, and only its hash
is kept. A refresh token's secret begins with `o-` (offline, kept in SQL) or `s-` (dies with the Session).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bridge.domain.claims import Values, today, userinfo_claims
from bridge.domain.client import Client
from bridge.domain.encoding import TokenBytes, random_text
from bridge.domain.grant import Grant
from bridge.domain.ids import GrantId
from bridge.domain.policy import Policy
from bridge.domain.principal import ClientPrincipal
from bridge.domain.token import AccessToken, RefreshToken
from bridge.oidc.answer import to_json
from bridge.oidc.id_token import IdTokens
from bridge.ports.keys import Signer

SECRET_BYTES = 32  # of randomness in every credential
GRANT_ID_BYTES = 16
JWT_TYP = "at+jwt"  # RFC 9068 §2.1


def new_code(grant_id: GrantId, token_bytes: TokenBytes) -> str:
    """A new authorization code of a Grant."""
    return _credential(grant_id, token_bytes)


def new_grant_id(token_bytes: TokenBytes) -> GrantId:
    """The id of a new Grant; nobody can guess one."""
    return GrantId(random_text(token_bytes, GRANT_ID_BYTES))


@dataclass(frozen=True, slots=True)
class IssuedTokens:
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

    def __init__(self, policy: Policy, token_bytes: TokenBytes, signer: Signer) -> None:
        self._policy = policy
        self._token_bytes = token_bytes
        self._signer = signer
        self._id_tokens = IdTokens(policy, signer)

    def issue(
        self,
        grant: Grant,
        client: Client,
        scope: Sequence[str],
        refresh: tuple[str, RefreshToken] | None,
        now: int,
        *,
        nonce: str | None = None,
        tell_refresh: bool = True,
    ) -> IssuedTokens:
        """Tokens for a scope that is the Grant's or narrower; `now` in epoch seconds.

        `refresh` is the token that is to be kept beside them; `tell_refresh`: it goes into the answer.
        """
        narrowed = replace(grant, scope=tuple(scope))
        access = self._access(narrowed, client, now)
        content: dict[str, Any] = {
            "access_token": access[0],
            "token_type": access[1].token_type,
            "expires_in": access[1].expires_at - now,
        }
        if scope:
            content["scope"] = " ".join(scope)
        if refresh is not None and tell_refresh:
            content["refresh_token"] = refresh[0]
        if "openid" in scope:
            content["id_token"] = self._id_tokens.compose(narrowed, client, access[0], now, nonce)
        return IssuedTokens(grant, access, refresh, content)

    def first_refresh(self, grant: Grant, client: Client, now: int) -> tuple[str, RefreshToken] | None:
        """The refresh token that comes with the code; None when its time would be over already."""
        ends_at = now + client.lifetime("refresh", self._policy.lifetimes.refresh)
        if not grant.offline:  # it dies with the Session (DESIGN §6.9), so it need not be kept for longer
            ends_at = min(ends_at, grant.person.login.auth_time + self._policy.lifetimes.session)
        if ends_at <= now:
            return None
        return self._refresh_text(grant), self._refresh_record(grant, client, ends_at, now)

    def next_refresh(self, old: RefreshToken, client: Client, now: int) -> tuple[str, RefreshToken]:
        """The one that takes an old one's place: its limit in all stays (RFC 9700 §4.14.2)."""
        record = self._refresh_record(old.grant, client, old.ends_at, now)
        return self._refresh_text(old.grant), record

    def extended(self, old: RefreshToken, client: Client, now: int) -> RefreshToken | None:
        """The same token after this use: its idle limit moves. None while that is not worth a write."""
        extended = self._refresh_record(old.grant, client, old.ends_at, now)
        worth = max(1, (extended.expires_at - now) // 10)
        return extended if extended.expires_at - old.expires_at >= worth else None

    def _refresh_text(self, grant: Grant) -> str:
        return _credential(grant.id, self._token_bytes, "o-" if grant.offline else "s-")

    def _refresh_record(self, grant: Grant, client: Client, ends_at: int, now: int) -> RefreshToken:
        lifetimes = self._policy.lifetimes
        idle = min(lifetimes.refresh_idle, client.lifetime("refresh", lifetimes.refresh))
        return RefreshToken(grant, now, min(now + idle, ends_at), ends_at)

    def _access(self, grant: Grant, client: Client, now: int) -> tuple[str, AccessToken]:
        person = None if isinstance(grant.principal, ClientPrincipal) else grant.principal
        record = AccessToken(
            grant_id=grant.id,
            client_id=client.client_id,
            scope=grant.scope,
            issued_at=now,
            expires_at=now + client.lifetime("access_token", self._policy.lifetimes.access_token),
            sub=person.sub if person else None,
            sid=person.login.sid if person else None,
            aud=grant.resources,
            cnf=grant.cnf,
            claims=self._claims(grant, client, now) if person else {},
        )
        text = _credential(grant.id, self._token_bytes)
        if client.access_token_format == "at+jwt":
            text = self._jwt(text, record, grant, client)
        return text, record

    def _claims(self, grant: Grant, client: Client, now: int) -> Values:
        return userinfo_claims(grant, client, self._policy.constant_claims, today(now))

    def _jwt(self, jti: str, record: AccessToken, grant: Grant, client: Client) -> str:
        """A token that others can read (RFC 9068 §2.2); by its jti its Grant is found.

        Where no person is present `sub` is the client (RFC 9068 §2.2), and nothing is said of a login.
        """
        claims: dict[str, Any] = {
            "iss": self._policy.issuer,
            "sub": record.sub or record.client_id,
            "aud": audience(record, self._policy),
            "client_id": record.client_id,
            "iat": record.issued_at,
            "exp": record.expires_at,
            "jti": jti,
            "scope": " ".join(record.scope),
        }
        if not isinstance(grant.principal, ClientPrincipal):
            login = grant.principal.login
            claims |= {"auth_time": login.auth_time, "acr": login.acr, "sid": login.sid}
        return self._signer.sign(claims, client.id_token_signed_response_alg, JWT_TYP)


def audience(record: AccessToken, policy: Policy) -> str | list[str]:
    """Who an access token is for: a plain string where it is one, for that is what all can read."""
    names = record.aud or (policy.issuer,)
    return names[0] if len(names) == 1 else list(names)


def _credential(grant_id: GrantId, token_bytes: TokenBytes, kind: str = "") -> str:
    return f"{grant_id}.{kind}{random_text(token_bytes, SECRET_BYTES)}"
