"""What applications call directly: token, userinfo, introspection and revocation."""

import json
from typing import TYPE_CHECKING

from flask import Response
from flask.globals import request_ctx
from werkzeug.datastructures import Headers

from bridge.oidc.answer import Answer, ClientRequest
from bridge.oidc.endpoints import url_of
from bridge.web import refusals
from bridge.web.cors import note_client
from bridge.web.use_cases import use_cases

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


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
    request = request_ctx.request  # taken from behind Flask's proxy once
    return ClientRequest(
        method=request.method,
        url=url_of(name, use_cases().policy.issuer),
        headers=request.headers,
        content_type=request.mimetype,
        body=request.get_data(cache=False) if request.method == "POST" else b"",
    )


class _Complete(Response):
    """Headers that go out as they are: Werkzeug would copy them, to complete a Location and a length."""

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        return self.headers


def _response(name: str, answer: Answer) -> Response:
    note_client(answer.client_id)
    if answer.status >= 400:
        refusals.note_call(name, answer.client_id, json.loads(answer.body or b"{}").get("error", ""))
    return _Complete(answer.body, answer.status, {**answer.headers, "Content-Length": str(len(answer.body))})
