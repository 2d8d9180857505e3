"""grant_type=client_credentials (RFC 6749 §4.4): a client acts for itself, without a person."""

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
    """Opens a Grant whose principal is the client, with an access token alone (RFC 6749 §4.4.3)."""

    grants: GrantStore
    tokens: TokenStore
    token_bytes: TokenBytes
    issuer: TokenIssuer

    def issue(self, client: Client, scope: tuple[str, ...], now: int) -> IssuedTokens:
        """Open the Grant and store its token. Raises StoreUnavailable."""
        grant_id = new_grant_id(self.token_bytes)
        grant = Grant(
            id=grant_id,
            origin=Origin("client", grant_id),
            client_id=client.client_id,
            principal=ClientPrincipal(),
            scope=scope,
            created_at=now,
            resources=self.issuer.audience_of(scope),
        )
        issued = self.issuer.issue(grant, client, scope, None, now)
        self.grants.open(grant, now)
        self.tokens.mint(grant, issued.access, None)
        return issued


class ClientCredentialsGrantType(grants.ClientCredentialsGrant):
    """Authlib's grant type; each step that it asks us for is done by ClientCall."""

    TOKEN_ENDPOINT_AUTH_METHODS = CONFIDENTIAL_METHODS

    def authenticate_token_endpoint_client(self) -> Client:
        """Only confidential clients (RFC 6749 §4.4), whatever grant types a public one is registered with."""
        client: Client = super().authenticate_token_endpoint_client()
        if client.public:
            raise UnauthorizedClientError("A public client can't act for itself.")
        return client

    def validate_requested_scope(self) -> None:
        """Drop the scopes that the client may not have; an error where none is left (RFC 6749 §3.3).

        Scopes about a person, such as openid, are dropped too: there is no person here.
        """
        if self._wanted() and not self._scope():
            raise InvalidScopeError()

    def generate_token(self, scope: str | None = None, **_: object) -> IssuedTokens:
        """Make the token; where no scope was asked for it has all of the client's own (RFC 6749 §3.3)."""
        call: ClientCall = self.server.client_call
        return call.issue(self.client, self._scope(), self.server.now())

    def save_token(self, issued: IssuedTokens) -> None:
        """Nothing to do: ClientCall.issue has stored it."""

    def _wanted(self) -> list[str]:
        return [word for word in (self.request.payload.scope or "").split(" ") if word]

    def _scope(self) -> tuple[str, ...]:
        client: Client = self.client
        return own_scope(client, dict.fromkeys(self._wanted() or client.scope))
