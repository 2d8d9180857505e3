"""Authenticates the client of a request, by the one method that the request uses (RFC 6749 §2.3)."""

from contextlib import suppress
from dataclasses import dataclass

from bridge.domain.client import PUBLIC, AuthMethod, Client
from bridge.oidc.answer import ClientRequest, Form
from bridge.oidc.client_auth.method import ClientCredentials, Proofs
from bridge.oidc.client_auth.methods import METHODS
from bridge.oidc.errors import ClientRefused, OAuthError, invalid_request
from bridge.ports.clients import ClientStore

# Credentials of methods that we do not have (RFC 7521 §4.2): a request with them must not pass as a public
# one.
UNSUPPORTED_PROOFS = ("client_assertion", "client_assertion_type")


@dataclass(frozen=True, slots=True)
class AuthenticatedClient:
    """A client, and the method it authenticated with."""

    client: Client
    method: AuthMethod


@dataclass(frozen=True, slots=True)
class ClientAuthentication:
    """Authenticates clients; every endpoint that applications call begins with it."""

    clients: ClientStore
    proofs: Proofs

    def authenticate(self, request: ClientRequest, form: Form) -> AuthenticatedClient:
        """The client that the request comes from.

        Raises OAuthError: invalid_client, always the same 401, also for a disabled client; invalid_request
        for a request that uses more than one method.
        """
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
        """As `authenticate`, but a public client, which has no secret, is refused too, by the same error."""
        found = self.authenticate(request, form)
        if found.method == PUBLIC:
            raise ClientRefused(found.client.client_id)
        return found.client


def read_credentials(request: ClientRequest, form: Form) -> ClientCredentials:
    """The credentials in a request, by the one method that it uses. Raises OAuthError."""
    used = [name for name, method in METHODS.items() if name != PUBLIC and method.used(request, form)]
    unsupported = any(name in form for name in UNSUPPORTED_PROOFS)
    if len(used) + unsupported > 1:
        raise invalid_request("The client proves itself in more than one way.")  # RFC 6749 §2.3
    if used:
        return METHODS[used[0]].read(request, form)
    if unsupported or not METHODS[PUBLIC].used(request, form):
        raise ClientRefused
    return METHODS[PUBLIC].read(request, form)


def claimed_client_id(request: ClientRequest, form: Form) -> str | None:
    """Whom a refused request says it is from, by whatever method; None where it does not say."""
    for method in METHODS.values():
        if method.used(request, form):
            with suppress(OAuthError):
                return method.read(request, form).client_id
    return None
