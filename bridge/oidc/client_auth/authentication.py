"""The one entry: which client a request comes from, by the one method that it uses (RFC 6749 §2.3)."""

from contextlib import suppress
from dataclasses import dataclass

from bridge.domain.client import PUBLIC, AuthMethod, Client
from bridge.oidc.answer import ClientRequest, Form
from bridge.oidc.client_auth.method import ClientCredentials, Proofs
from bridge.oidc.client_auth.methods import METHODS
from bridge.oidc.errors import ClientRefused, OAuthError, invalid_request
from bridge.ports.clients import ClientStore

# Proofs of methods that we do not have (RFC 7521 §4.2): a request with one is never taken for one without.
FOREIGN_PROOFS = ("client_assertion", "client_assertion_type")


@dataclass(frozen=True, slots=True)
class AuthenticatedClient:
    """A client, and how it proved to be it."""

    client: Client
    method: AuthMethod


@dataclass(frozen=True, slots=True)
class ClientAuthentication:
    """What every endpoint that applications call asks first."""

    clients: ClientStore
    proofs: Proofs

    def authenticate(self, request: ClientRequest, form: Form) -> AuthenticatedClient:
        """The client that the request proves to come from. Raises OAuthError: invalid_client (always the same
        401, also for one that is disabled), invalid_request where there is more than one proof."""
        credentials = read_credentials(request, form)
        clients, claimed = self.clients, credentials.client_id
        client = self._proven(credentials, clients.get(claimed))
        if client is None:  # its secret may have changed just now
            client = self._proven(credentials, clients.latest(claimed))
        if client is None:
            raise ClientRefused(claimed)
        return AuthenticatedClient(client, credentials.method)

    def _proven(self, credentials: ClientCredentials, client: Client | None) -> Client | None:
        """The client, if it is the one; in the same time whether there is such a client or not."""
        method = METHODS[credentials.method]
        proven = method.proven(credentials, client, self.proofs)
        if client is None or not client.enabled or not proven:
            return None
        return client if client.token_endpoint_auth_method in method.registered else None

    def authenticate_confidential(self, request: ClientRequest, form: Form) -> Client:
        """As above, for endpoints that want a proof: a public client is refused in the same words."""
        found = self.authenticate(request, form)
        if found.method == PUBLIC:
            raise ClientRefused(found.client.client_id)
        return found.client


def read_credentials(request: ClientRequest, form: Form) -> ClientCredentials:
    """What the request says, by the one method it uses. Raises OAuthError."""
    used = [name for name, method in METHODS.items() if name != PUBLIC and method.used(request, form)]
    foreign = any(name in form for name in FOREIGN_PROOFS)
    if len(used) + foreign > 1:
        raise invalid_request("The client proves itself in more than one way.")  # RFC 6749 §2.3
    if used:
        return METHODS[used[0]].read(request, form)
    if foreign or not METHODS[PUBLIC].used(request, form):
        raise ClientRefused
    return METHODS[PUBLIC].read(request, form)


def claimed_client_id(request: ClientRequest, form: Form) -> str | None:
    """Whom a refused request says it is from, by whatever method; None where it does not say."""
    for method in METHODS.values():
        if method.used(request, form):
            with suppress(OAuthError):
                return method.read(request, form).client_id
    return form.get("client_id")
