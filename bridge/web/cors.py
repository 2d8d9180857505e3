"""CORS: which pages of applications may read our answers (Fetch §3.2), as each endpoint's row says."""

from flask import Request, Response, g, request

from bridge.errors import StoreUnavailable
from bridge.oidc.endpoints import Endpoint
from bridge.web.use_cases import use_cases

PREFLIGHT_KEPT = "600"  # seconds
ALLOWED_HEADERS = "Authorization, Content-Type, If-None-Match, X-Request-Id, X-Requested-With"
EXPOSED_HEADERS = "WWW-Authenticate, Retry-After, X-Request-Id"


def preflight(endpoint: Endpoint) -> Response:
    """The answer to a preflight: what a page may send.

    Whether it may read comes with the answer (Fetch §4.8).
    """
    response = Response(status=204)
    if origin := request.headers.get("Origin"):
        _allow(response, "*" if endpoint.cors == "anyone" else origin)
        response.headers["Access-Control-Allow-Methods"] = ", ".join(endpoint.methods)
        response.headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
        response.headers["Access-Control-Max-Age"] = PREFLIGHT_KEPT
    return response


def note_client(client_id: str | None) -> None:
    """Whom this answer concerns, as proven or claimed: its pages may read it."""
    g.cors_client_id = client_id


def allow_reading(request: Request, response: Response, endpoint: Endpoint | None) -> None:
    """Let the page that asked read the answer, good or bad, as the endpoint's row says.

    After every view and every error handler, so that a 401, a 413 or a 503 is read as a 200 is.
    """
    if endpoint is None or endpoint.cors == "none" or request.method == "OPTIONS":
        return
    origin = request.environ.get("HTTP_ORIGIN")
    if not origin:
        return
    if endpoint.cors == "anyone":
        _allow(response, "*")
        return
    response.headers["Vary"] = "Origin"
    if _may_read(origin):
        _allow(response, origin)


def _may_read(origin: str) -> bool:
    """Whether the page belongs to the client that the answer concerns. One that concerns nobody, a token
    unknown or a body too large, says nothing of anybody: every client's pages may read it.
    """
    clients, client_id = use_cases().clients, g.get("cors_client_id")
    try:
        client = clients.get(client_id) if client_id else None
        return origin in client.allowed_origins if client is not None else clients.has_origin(origin)
    except StoreUnavailable:
        return False


def _allow(response: Response, origin: str) -> None:
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
    if origin != "*":
        response.headers["Vary"] = "Origin"
