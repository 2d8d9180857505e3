"""`/authorize`: from the parameters that a browser brought to an AuthorizationRequest, or to a refusal.

The stages, each working on the typed values of the one before:
`parameters` (raw, with their origin) → `target` (the client, and where the answer goes) → `checks` (a table;
each check returns a part of the request) → `request` (the parts put together). Client and redirect_uri come
first: until they are known to be right, no redirect is made (DESIGN §6.1).
Leaves to others: what a request leads to (login), and how the answer is sent (web).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.domain.authorization_request import AuthorizationRequest, ReplyTo
from bridge.domain.ids import ClientId
from bridge.errors import ReturnedToClient
from bridge.oidc.authorization.checks import run_checks
from bridge.oidc.authorization.parameters import ParameterOrigin, Parameters
from bridge.oidc.authorization.parts import UncheckedRequest
from bridge.oidc.authorization.request import compose
from bridge.oidc.authorization.target import registered, trusted_target
from bridge.oidc.id_token import HintReader
from bridge.ports.clients import ClientStore

__all__ = ["AuthorizationRequests", "ParameterOrigin", "RequestRefused", "registered"]


class RequestRefused(ReturnedToClient):
    """A refusal that is sent back to the client, at `reply_to` (RFC 6749 §4.1.2.1)."""

    def __init__(self, error: ReturnedToClient, reply_to: ReplyTo, client_id: ClientId) -> None:
        super().__init__(error.error, error.description, error.detail)
        self.reply_to = reply_to
        self.client_id = client_id


@dataclass(frozen=True, slots=True)
class AuthorizationRequests:
    """Checks requests to `/authorize` (OIDC Core §3.1.2.2)."""

    clients: ClientStore
    hints: HintReader

    def check(self, pairs: Sequence[tuple[str, str]], origin: ParameterOrigin) -> AuthorizationRequest:
        """The checked request.

        Raises ShownToUser where client or redirect_uri are wrong, so that nothing may be redirected;
        RequestRefused for everything after that.
        """
        parameters = Parameters.received(pairs, origin)
        target = trusted_target(parameters, self.clients)
        unchecked = UncheckedRequest(parameters, target.client, self.hints)
        try:
            parts = run_checks("authorize", unchecked)
        except ReturnedToClient as error:
            raise RequestRefused(error, target.reply_to, target.client.client_id) from None
        return compose(target, parts)
