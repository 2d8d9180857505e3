"""Makes the credentials of a Grant (codes, access tokens, refresh tokens) and the token response.

A credential reads `<grant id>.<secret>`: the Grant id says in which Redis slot its record is, and the record
is stored under the credential's hash alone. The secret of a refresh token begins with `o-` (offline, stored
in SQL) or `s-` (ends with the Session, stored in Redis).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bridge.domain.admin_scopes import audience_of
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
    """A random id for a new Grant."""
    return GrantId(random_text(token_bytes, GRANT_ID_BYTES))


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    """New tokens: the records to store, and the token response to give after that (RFC 6749 §5.1)."""

    grant: Grant
    access: tuple[str, AccessToken] = field(repr=False)
    refresh: tuple[str, RefreshToken] | None = field(repr=False)
    content: dict[str, Any] = field(repr=False)

    @property
    def body(self) -> bytes:
        """The token response as JSON."""
        return to_json(self.content)


class TokenIssuer:
    """Makes tokens. It stores nothing, and does not decide who may have them."""

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
        include_refresh_token: bool = True,
    ) -> IssuedTokens:
        """Tokens for a scope that is the Grant's or narrower; `now` in epoch seconds.

        `refresh`: the refresh token to store with them. `include_refresh_token`: whether the response has it.
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
        if refresh is not None and include_refresh_token:
            content["refresh_token"] = refresh[0]
        if "openid" in scope:
            content["id_token"] = self._id_tokens.compose(narrowed, client, access[0], now, nonce)
        return IssuedTokens(grant, access, refresh, content)

    def audience_of(self, scope: Sequence[str]) -> tuple[str, ...]:
        """For whom a client's own token of this scope is (RFC 8707 §2); empty: this provider."""
        return audience_of(scope, self._policy.issuer)

    def first_refresh_token(self, grant: Grant, client: Client, now: int) -> tuple[str, RefreshToken] | None:
        """The first refresh token of a Grant; None when it would have expired already."""
        ends_at = now + client.lifetime("refresh", self._policy.lifetimes.refresh)
        if not grant.offline:  # it ends with the Session (DESIGN §6.9), so at the Session's limit
            ends_at = min(ends_at, grant.person.login.auth_time + self._policy.lifetimes.session)
        if ends_at <= now:
            return None
        return self._refresh_text(grant), self._refresh_record(grant, client, ends_at, now)

    def next_refresh_token(self, old: RefreshToken, client: Client, now: int) -> tuple[str, RefreshToken]:
        """The token that replaces an old one at a rotation; its absolute limit stays (RFC 9700 §4.14.2)."""
        record = self._refresh_record(old.grant, client, old.ends_at, now)
        return self._refresh_text(old.grant), record

    def with_new_idle_limit(self, old: RefreshToken, client: Client, now: int) -> RefreshToken | None:
        """The record of the same token after this use, its idle limit moved.

        None while it would move by less than a tenth of what is left: that is not worth a write.
        """
        with_new_idle_limit = self._refresh_record(old.grant, client, old.ends_at, now)
        worth = max(1, (with_new_idle_limit.expires_at - now) // 10)
        return with_new_idle_limit if with_new_idle_limit.expires_at - old.expires_at >= worth else None

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
        """The access token as a JWT, which resource servers can read (RFC 9068 §2.2).

        Its jti is the plain credential, by which its Grant is found. Where no person is involved `sub` is the
        client, and there are no claims of a login.
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
    """The audience of an access token; a plain string where it is a single one, which all can read."""
    names = record.aud or (policy.issuer,)
    return names[0] if len(names) == 1 else list(names)


def _credential(grant_id: GrantId, token_bytes: TokenBytes, kind: str = "") -> str:
    return f"{grant_id}.{kind}{random_text(token_bytes, SECRET_BYTES)}"
