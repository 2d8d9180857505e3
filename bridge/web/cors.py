"""CORS: which pages of applications may read our answers (Fetch §3.2), as each endpoint's row says."""

from flask import Response, request

from bridge.oidc.endpoints import Endpoint

PREFLIGHT_KEPT = "600"  # seconds


def preflight(endpoint: Endpoint) -> Response:
    """The answer to a preflight: what a page may send.

    Whether it may read comes with the answer (Fetch §4.8).
    """
    response = Response(status=204)
    if origin := request.headers.get("Origin"):
        allow_origin(response, "*" if endpoint.cors == "anyone" else origin)
        response.headers["Access-Control-Allow-Methods"] = ", ".join(endpoint.methods)
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        response.headers["Access-Control-Max-Age"] = PREFLIGHT_KEPT
    return response


def allow_origin(response: Response, origin: str) -> None:
    """Let a page of this origin read the answer."""
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = "WWW-Authenticate"
    if origin != "*":
        response.headers.add("Vary", "Origin")
