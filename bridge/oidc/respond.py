"""`/authorize`, second half: the answer that goes back to the client, good or bad, always with `iss`."""

from dataclasses import dataclass

from bridge.domain.authorization_request import AuthorizationRequest
from bridge.errors import ReturnedToClient
from bridge.oidc.authorize import RequestRefused


@dataclass(frozen=True, slots=True)
class AuthorizationResponse:
    """Parameters on their way to a redirect_uri, by query or form_post."""

    redirect_uri: str
    response_mode: str
    params: tuple[tuple[str, str], ...]


def success(request: AuthorizationRequest, code: str, issuer: str) -> AuthorizationResponse:
    """The code (RFC 6749 §4.1.2), with iss (RFC 9207 §2)."""
    return _response(request.redirect_uri, request.response_mode, request.state, issuer, ("code", code))


def failure(request: AuthorizationRequest, error: ReturnedToClient, issuer: str) -> AuthorizationResponse:
    """An error for a request that had been accepted (RFC 6749 §4.1.2.1)."""
    return refusal(RequestRefused(error, request.redirect_uri, request.response_mode, request.state), issuer)


def refusal(refused: RequestRefused, issuer: str) -> AuthorizationResponse:
    """An error for a request that was not accepted, once its redirect_uri is trusted."""
    return _response(
        refused.redirect_uri,
        refused.response_mode,
        refused.state,
        issuer,
        ("error", refused.error),
        ("error_description", refused.description),
    )


def _response(
    redirect_uri: str, mode: str, state: str | None, issuer: str, *first: tuple[str, str]
) -> AuthorizationResponse:
    back = (("state", state),) if state is not None else ()
    return AuthorizationResponse(redirect_uri, mode, (*first, *back, ("iss", issuer)))
