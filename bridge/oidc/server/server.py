"""The token endpoint: Authlib's server, with our stores under it and plain values at both ends."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationServer, UnsupportedGrantTypeError

from bridge.domain.client import Client
from bridge.domain.grant import Grant
from bridge.errors import ReturnedToClient
from bridge.oidc.answer import Answer, ClientRequest, form, json_answer
from bridge.oidc.errors import refused
from bridge.oidc.keys import Keys
from bridge.oidc.server.client_auth import authenticate
from bridge.oidc.server.grant_types import S256, CodeGrantType, RefreshGrantType
from bridge.oidc.server.request import TokenRequest
from bridge.oidc.token_issuer import Issued, TokenIssuer
from bridge.ports import Services
from bridge.settings import Settings

# Authlib writes whole tokens into its debug log.
logging.getLogger("authlib").setLevel(logging.INFO)


class UnknownGrantType(UnsupportedGrantTypeError):
    """Authlib's own says nothing, or quotes letters that RFC 6749 §5.2 does not allow there."""

    description = "This grant_type is not supported."


class MissingGrantType(UnsupportedGrantTypeError):
    """Of this class because Authlib catches no other one at this place."""

    error = "invalid_request"
    description = "The parameter grant_type is missing."


class Server(AuthorizationServer):
    """Authlib's server for the token endpoint. What it calls of us is listed by a test."""

    def __init__(self, settings: Settings, services: Services, keys: Keys) -> None:
        super().__init__()
        self.settings = settings
        self.services = services
        self.issuer = TokenIssuer(settings, services, keys)
        self.register_grant(CodeGrantType, [S256(required=True)])
        self.register_grant(RefreshGrantType)
        self.register_token_generator("default", self._issue)

    def now(self) -> int:
        """Our clock, in epoch seconds."""
        return int(self.services.clock())

    def create_oauth2_request(self, request: TokenRequest) -> TokenRequest:
        return request

    def get_token_grant(self, request: TokenRequest) -> Any:
        """As Authlib's, but one that is missing is told apart from one that is unknown (RFC 6749 §5.2)."""
        if request.payload.grant_type is None:
            raise MissingGrantType(None)
        try:
            return super().get_token_grant(request)
        except UnsupportedGrantTypeError:
            raise UnknownGrantType(request.payload.grant_type) from None

    def authenticate_client(
        self, request: TokenRequest, methods: Sequence[str], endpoint: str = "token"
    ) -> Client:
        """Our own (client_auth): Authlib's answers 500 to a Basic header that is not UTF-8."""
        return authenticate(request, self.services.clients, self.services.sealer)

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""

    def handle_response(
        self, status: int, body: Issued | bytes | Mapping[str, Any], headers: Sequence[tuple[str, str]]
    ) -> Answer:
        content = body.body if isinstance(body, Issued) else body
        return json_answer(status, content, dict(headers))

    def _issue(
        self, grant_type: str, client: Client, user: Grant, scope: str, include_refresh_token: bool, **_: Any
    ) -> Issued:
        """The tokens of a code; Authlib's "user" is our Grant."""
        now, words = self.now(), scope.split()
        wanted = include_refresh_token and (not user.offline or "offline_access" in words)
        refresh = self.issuer.first_refresh(user, client, now) if wanted else None
        return self.issuer.issue(user, client, words, refresh, now)


class TokenEndpoint:
    """`/token`. Two looks into Redis for a code; no SQL but for offline refresh tokens."""

    def __init__(self, settings: Settings, services: Services, keys: Keys) -> None:
        self._issuer = settings.issuer
        self._server = Server(settings, services, keys)

    def answer(self, request: ClientRequest) -> Answer:
        """Tokens, or an error of RFC 6749 §5.2. Raises StoreUnavailable."""
        try:
            asked = TokenRequest(request, form(request), self._issuer)
        except ReturnedToClient as error:
            return refused(error)
        answer: Answer = self._server.create_token_response(asked)
        return replace(answer, client_id=asked.claimed_client_id)
