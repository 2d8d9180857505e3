"""`/authorize`: from the parameters that a browser brought to an AuthorizationRequest, or to a refusal.

The stages, each over the typed values of the one before:
`parameters` (raw, with their origin) → `target` (the client, and where an answer goes) → `checks` (the table)
→ `request` (the parts put together). Client and redirect_uri come first; until they are trusted nothing is
sent anywhere (DESIGN §6.1). What a request leads to belongs to login, how an answer leaves to web.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.domain.authorization_request import AuthorizationRequest, ReplyTo
from bridge.domain.ids import ClientId
from bridge.errors import ReturnedToClient
from bridge.oidc.authorization.checks import run_checks
from bridge.oidc.authorization.parameters import Origin, Parameters
from bridge.oidc.authorization.parts import UncheckedRequest
from bridge.oidc.authorization.request import compose
from bridge.oidc.authorization.target import registered, trusted_target
from bridge.oidc.id_token import HintReader
from bridge.ports.clients import ClientStore

__all__ = ["AuthorizationRequests", "Origin", "RequestRefused", "registered"]


class RequestRefused(ReturnedToClient):
    """A refusal that knows the way back: it goes to the client with its state (RFC 6749 §4.1.2.1)."""

    def __init__(self, error: ReturnedToClient, reply_to: ReplyTo, client_id: ClientId) -> None:
        super().__init__(error.error, error.description, error.detail)
        self.reply_to = reply_to
        self.client_id = client_id


@dataclass(frozen=True, slots=True)
class AuthorizationRequests:
    """The use case: checks what comes to `/authorize` (OIDC Core §3.1.2.2)."""

    clients: ClientStore
    hints: HintReader

    def check(self, pairs: Sequence[tuple[str, str]], origin: Origin) -> AuthorizationRequest:
        """The checked request. Raises ShownToUser while nobody is trusted, afterwards RequestRefused."""
        parameters = Parameters.received(pairs, origin)
        target = trusted_target(parameters, self.clients)
        unchecked = UncheckedRequest(parameters, target.client, self.hints)
        try:
            parts = run_checks("authorize", unchecked)
        except ReturnedToClient as error:
            raise RequestRefused(error, target.reply_to, target.client.client_id) from None
        return compose(target, parts)
