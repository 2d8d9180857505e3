"""grant_type=client_credentials (RFC 6749 §4.4): a client acts for itself, nobody is signed in."""

from dataclasses import dataclass

from authlib.oauth2.rfc6749 import InvalidScopeError, UnauthorizedClientError, grants

from bridge.domain.claims import own_scope
from bridge.domain.client import Client
from bridge.domain.encoding import TokenBytes
from bridge.domain.grant import Grant, Origin
from bridge.domain.principal import ClientPrincipal
from bridge.oidc.client_auth.methods import CONFIDENTIAL_METHODS
from bridge.oidc.token_issuer import IssuedTokens, TokenIssuer, new_grant_id
from bridge.ports.grants import GrantStore, TokenStore


@dataclass(frozen=True, slots=True)
class ClientCall:
    """A Grant whose principal is the client, and its one access token: no refresh token (RFC 6749 §4.4.3)."""

    grants: GrantStore
    tokens: TokenStore
    token_bytes: TokenBytes
    issuer: TokenIssuer

    def issue(self, client: Client, scope: tuple[str, ...], now: int) -> IssuedTokens:
        """Open the Grant and keep its token."""
        grant_id = new_grant_id(self.token_bytes)
        grant = Grant(
            id=grant_id,
            origin=Origin("client", grant_id),
            client_id=client.client_id,
            principal=ClientPrincipal(),
            scope=scope,
            created_at=now,
        )
        issued = self.issuer.issue(grant, client, scope, None, now)
        self.grants.open(grant, now)
        self.tokens.mint(grant, issued.access, None)
        return issued


class ClientCredentialsGrantType(grants.ClientCredentialsGrant):
    """What Authlib asks, answered by ClientCall."""

    TOKEN_ENDPOINT_AUTH_METHODS = CONFIDENTIAL_METHODS

    def authenticate_token_endpoint_client(self) -> Client:
        """For confidential clients alone (RFC 6749 §4.4), however one was registered."""
        client: Client = super().authenticate_token_endpoint_client()
        if client.public:
            raise UnauthorizedClientError("A public client can't act for itself.")
        return client

    def validate_requested_scope(self) -> None:
        """What the client may not have is dropped, as at `/authorize` (RFC 6749 §3.3). So are the scopes that
        speak of a person, openid first of all: here there is none. Nothing left is an error.
        """
        if self._wanted() and not self._scope():
            raise InvalidScopeError()

    def generate_token(self, scope: str | None = None, **_: object) -> IssuedTokens:
        """The token; where no scope is asked for it has all of the client's own (RFC 6749 §3.3)."""
        call: ClientCall = self.server.client_call
        return call.issue(self.client, self._scope(), self.server.now())

    def save_token(self, issued: IssuedTokens) -> None:
        """Nothing is left to do: it was kept with its Grant."""

    def _wanted(self) -> list[str]:
        return [word for word in (self.request.payload.scope or "").split(" ") if word]

    def _scope(self) -> tuple[str, ...]:
        client: Client = self.client
        return own_scope(client, dict.fromkeys(self._wanted() or client.scope))
