"""The answer of `/authorize` that goes back to the client, good or bad, always with `iss` (RFC 9207 §2)."""

from dataclasses import dataclass

from bridge.domain.authorization_request import AuthorizationRequest, ReplyTo
from bridge.errors import ReturnedToClient


@dataclass(frozen=True, slots=True)
class AuthorizationResponse:
    """The parameters of an answer, and where and how they go to the client."""

    reply_to: ReplyTo
    params: tuple[tuple[str, str], ...]


def success(request: AuthorizationRequest, code: str, issuer: str) -> AuthorizationResponse:
    """The answer with a code (RFC 6749 §4.1.2)."""
    return _to_client(request.reply_to, issuer, ("code", code))


def failure(reply_to: ReplyTo, error: ReturnedToClient, issuer: str) -> AuthorizationResponse:
    """The answer with an error (RFC 6749 §4.1.2.1)."""
    return _to_client(reply_to, issuer, ("error", error.error), ("error_description", error.description))


def _to_client(reply_to: ReplyTo, issuer: str, *first: tuple[str, str]) -> AuthorizationResponse:
    state = (("state", reply_to.state),) if reply_to.state is not None else ()
    return AuthorizationResponse(reply_to, (*first, *state, ("iss", issuer)))
