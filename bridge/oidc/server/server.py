"""The token endpoint: Authlib's server, which calls our use cases."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationServer, UnsupportedGrantTypeError

from bridge.domain.client import Client, GrantType
from bridge.domain.token import grant_id_of
from bridge.oidc.answer import Answer, ClientRequest, Form, error_answer, json_answer, read_form
from bridge.oidc.client_auth.authentication import ClientAuthentication, claimed_client_id
from bridge.oidc.errors import OAuthError
from bridge.oidc.server.authorization_code import S256, AuthorizationCodeGrantType, CodeExchange
from bridge.oidc.server.client_credentials import ClientCall, ClientCredentialsGrantType
from bridge.oidc.server.refresh_token import Refresh, RefreshTokenGrantType
from bridge.oidc.server.request import TokenRequest
from bridge.oidc.token_issuer import IssuedTokens
from bridge.ports.basics import AuditLog, Clock

# Authlib writes whole tokens into its debug log.
logging.getLogger("authlib").setLevel(logging.INFO)

GRANT_TYPES: Mapping[GrantType, tuple[type, Sequence[Any]]] = {  # our class for Authlib, and its extensions
    "authorization_code": (AuthorizationCodeGrantType, [S256(required=True)]),
    "refresh_token": (RefreshTokenGrantType, []),
    "client_credentials": (ClientCredentialsGrantType, []),
}


class UnknownGrantType(UnsupportedGrantTypeError):
    """unsupported_grant_type. Authlib's own text may hold characters that RFC 6749 §5.2 does not allow."""

    def get_error_description(self) -> str:
        return "This grant_type is not supported."


class MissingGrantType(UnsupportedGrantTypeError):
    """invalid_request. Derived from this class because Authlib catches only it at this place."""

    error = "invalid_request"

    def get_error_description(self) -> str:
        return "The parameter grant_type is missing."


@dataclass(frozen=True, slots=True)
class GrantTypeUseCases:
    """The use case of each grant type."""

    code_exchange: CodeExchange
    refresh: Refresh
    client_call: ClientCall


class Server(AuthorizationServer):
    """Authlib's server for the token endpoint; a test lists the methods that it calls here."""

    def __init__(
        self, authentication: ClientAuthentication, use_cases: GrantTypeUseCases, clock: Clock
    ) -> None:
        super().__init__()
        self.code_exchange = use_cases.code_exchange
        self.refresh = use_cases.refresh
        self.client_call = use_cases.client_call
        self._authentication = authentication
        self._clock = clock
        for grant_type, extensions in GRANT_TYPES.values():
            self.register_grant(grant_type, extensions)

    def now(self) -> int:
        """Our clock, in epoch seconds."""
        return int(self._clock())

    def create_oauth2_request(self, request: TokenRequest) -> TokenRequest:
        return request

    def get_token_grant(self, request: TokenRequest) -> Any:
        """As Authlib's, but a missing grant_type gets another error than an unknown one (RFC 6749 §5.2)."""
        if request.payload.grant_type is None:
            raise MissingGrantType(None)
        try:
            return super().get_token_grant(request)
        except UnsupportedGrantTypeError:
            raise UnknownGrantType(request.payload.grant_type) from None

    def authenticate_client(
        self, request: TokenRequest, methods: Sequence[str], endpoint: str = "token"
    ) -> Client:
        """By our client_auth: Authlib's own answers 500 to a Basic header that is not UTF-8."""
        found = self._authentication.authenticate(request.received, request.form)
        request.client, request.auth_method = found.client, found.method
        return found.client

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Does nothing: Authlib's signals are not used."""

    def handle_response(
        self, status: int, body: IssuedTokens | bytes, headers: Sequence[tuple[str, str]]
    ) -> Answer:
        return json_answer(body.body if isinstance(body, IssuedTokens) else body)

    def handle_error_response(self, request: TokenRequest, error: OAuth2Error) -> NoReturn:
        """Turn Authlib's errors into ours, without their headers and pages."""
        client: Client | None = request.client
        client_id = client.client_id if client is not None else None
        raise OAuthError(str(error.error), error.get_error_description(), client_id=client_id) from None


class TokenEndpoint:
    """`/token` (RFC 6749 §3.2).

    A code costs two round trips to Redis; SQL only for offline refresh tokens.
    """

    def __init__(self, server: Server, audit: AuditLog) -> None:
        self._server = server
        self._audit = audit

    def answer(self, request: ClientRequest) -> Answer:
        """Tokens, or an error of RFC 6749 §5.2. Raises StoreUnavailable."""
        form: Form = {}
        try:
            form = read_form(request)
            token_request = TokenRequest(request, form)
            answer: Answer = self._server.create_token_response(token_request)
        except OAuthError as error:
            answer = error_answer(error)
            return replace(answer, client_id=answer.client_id or claimed_client_id(request, form))
        client_id = token_request.client.client_id
        self._audit.note("tokens.issued", self._server.now(), client_id=client_id, **_issued_for(form))
        return replace(answer, client_id=client_id)


def _issued_for(form: Form) -> dict[str, str]:
    """The grant type, and which Grant it was, by the id that its credential begins with."""
    grant_id = grant_id_of(form.get("code") or form.get("refresh_token") or "")
    return {"grant_type": form["grant_type"], **({"grant_id": grant_id} if grant_id else {})}
