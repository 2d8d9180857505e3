"""What applications call directly: token, userinfo, introspection and revocation."""

from flask import Response, request

from bridge.oidc.answer import Answer, ClientRequest
from bridge.oidc.endpoints import BY_NAME, url_of
from bridge.web.cors import allow_origin
from bridge.web.use_cases import use_cases


def token() -> Response:
    """RFC 6749 §3.2."""
    return _response("token", use_cases().provider.token.answer(_client_request("token")))


def userinfo() -> Response:
    """OIDC Core §5.3."""
    return _response("userinfo", use_cases().provider.userinfo.answer(_client_request("userinfo")))


def introspection() -> Response:
    """RFC 7662 §2."""
    answer = use_cases().provider.introspection.answer(_client_request("introspection"))
    return _response("introspection", answer)


def revocation() -> Response:
    """RFC 7009 §2."""
    return _response("revocation", use_cases().provider.revocation.answer(_client_request("revocation")))


def _client_request(name: str) -> ClientRequest:
    return ClientRequest(
        method=request.method,
        url=url_of(name, use_cases().policy.issuer),
        headers=request.headers,
        content_type=request.mimetype,
        body=request.get_data(cache=False) if request.method == "POST" else b"",
    )


def _response(name: str, answer: Answer) -> Response:
    response = Response(answer.body, answer.status, answer.headers)
    origin = request.headers.get("Origin")
    if BY_NAME[name].cors == "registered" and origin:
        if origin in use_cases().provider.allowed_origins(answer.client_id):
            allow_origin(response, origin)
    return response
