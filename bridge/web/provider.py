"""What applications call directly: token and userinfo, and what lets their pages read the answers (CORS)."""

from collections.abc import Sequence

from flask import Blueprint, Response, request

from bridge.oidc.answer import Answer, ClientRequest
from bridge.web.edge import edge

blueprint = Blueprint("provider", __name__)


@blueprint.post("/token", provide_automatic_options=False)
def token() -> Response:
    """RFC 6749 §3.2."""
    return _respond(edge().token_endpoint.answer(_client_request()))


@blueprint.route("/userinfo", methods=["GET", "POST"], provide_automatic_options=False)
def userinfo() -> Response:
    """OIDC Core §5.3."""
    return _respond(edge().userinfo.answer(_client_request()))


@blueprint.route("/token", methods=["OPTIONS"])
@blueprint.route("/userinfo", methods=["OPTIONS"])
def preflight() -> Response:
    """What a page may send; whether it may read the answer is said with the answer (Fetch §4.8)."""
    response = Response(status=204)
    if origin := request.headers.get("Origin"):
        allow_origin(response, origin)
        response.headers["Access-Control-Allow-Methods"] = "GET, POST"
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        response.headers["Access-Control-Max-Age"] = "600"
    return response


def _client_request() -> ClientRequest:
    return ClientRequest(
        method=request.method,
        headers=request.headers,
        content_type=request.mimetype,
        body=request.get_data(cache=False) if request.method == "POST" else b"",
    )


def _respond(answer: Answer) -> Response:
    response = Response(answer.body, answer.status, answer.headers)
    origin = request.headers.get("Origin", "")
    if origin and origin in _known_origins(answer):
        allow_origin(response, origin)
    return response


def _known_origins(answer: Answer) -> Sequence[str]:
    client = edge().services.clients.get(answer.client_id) if answer.client_id else None
    return client.allowed_origins if client is not None else ()


def allow_origin(response: Response, origin: str) -> None:
    """Let a page of this origin read the answer (Fetch §3.2)."""
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = "WWW-Authenticate"
    response.headers.add("Vary", "Origin")
