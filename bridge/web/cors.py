"""What lets the pages of applications read what they asked (Fetch §3.2), by each endpoint's row."""

from flask import Response, request

from bridge.oidc.endpoints import Endpoint

PREFLIGHT_KEPT = "600"  # seconds


def preflight(endpoint: Endpoint) -> Response:
    """What a page may send; whether it may read the answer is said with the answer (Fetch §4.8)."""
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
