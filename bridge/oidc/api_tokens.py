"""Access tokens of the administration API: whose they are, and what they allow there (RFC 6750, RFC 8707)."""

from dataclasses import dataclass

from bridge.domain.admin_scopes import AdminScope, admin_scopes, api_audience
from bridge.domain.client import Client
from bridge.domain.token import AccessToken
from bridge.oidc.errors import invalid_token, token_wanted
from bridge.oidc.token_lookup import could_be_token
from bridge.ports.basics import Clock
from bridge.ports.clients import ClientStore
from bridge.ports.grants import TokenStore


@dataclass(frozen=True, slots=True)
class ApiTokens:
    """Reads them. Costs a round trip to Redis, and a look at SQL: what was taken from a client is gone."""

    tokens: TokenStore
    clients: ClientStore
    issuer: str
    clock: Clock

    def read(self, authorization: str | None) -> tuple[Client, frozenset[AdminScope]]:
        """The client whose token this header has, and the scopes of the token that it still has.

        Only a client's own token, for this API alone and from the header alone. Raises OAuthError (401): all
        others are refused by the same sentence, whatever they are good for elsewhere; StoreUnavailable.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise token_wanted()
        record = self._record(token.strip())
        client = self.clients.latest(record.client_id)
        if client is None or not _counts(client, record):
            raise invalid_token()
        return client, admin_scopes(record.scope) & admin_scopes(client.scope)

    def _record(self, token: str) -> AccessToken:
        found = self.tokens.access_token(token, int(self.clock())) if could_be_token(token) else None
        if found is None or found.sub is not None or found.aud != (api_audience(self.issuer),):
            raise invalid_token()
        return found


def _counts(client: Client, record: AccessToken) -> bool:
    """Whether it is still the client that got the token, and may still act for itself."""
    may_act = client.enabled and not client.public and client.check_grant_type("client_credentials")
    return may_act and client.existed_at(record.issued_at)
