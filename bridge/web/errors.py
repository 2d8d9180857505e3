"""What an error looks like: a page for people, JSON for applications; its status, and its line in the log."""

from flask import Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from bridge.domain.client import Client
from bridge.errors import NotRecorded, SealBroken, ShownToUser, StoreUnavailable, UpstreamError
from bridge.login.begin_anew import BeginAnew
from bridge.oidc.authorization import RequestRefused
from bridge.oidc.authorization_response import failure
from bridge.oidc.endpoints import speaks_json
from bridge.ops.logs import logger
from bridge.web import language, pages, refusals
from bridge.web.api import problems
from bridge.web.client_address import AddressUnreadable
from bridge.web.interactions import begin_again
from bridge.web.limits import RateLimited
from bridge.web.responses import page, send
from bridge.web.use_cases import use_cases
from bridge.web.way_out import way_out

RETRY_AFTER = "5"  # seconds
KEY_OF_STATUS = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    408: "unavailable",
    413: "too_large",
    414: "too_large",
    421: "misdirected",
    429: "too_many_requests",
    431: "too_large",
    503: "unavailable",
}


def register(app: Flask) -> None:
    """Tell Flask which function answers which kind of error."""
    app.register_error_handler(RequestRefused, _refused)
    app.register_error_handler(ShownToUser, _shown)
    app.register_error_handler(BeginAnew, begin_again)
    app.register_error_handler(SealBroken, _seal_broken)
    app.register_error_handler(NotRecorded, _unavailable)
    app.register_error_handler(StoreUnavailable, _unavailable)
    app.register_error_handler(UpstreamError, _unavailable)
    app.register_error_handler(AddressUnreadable, _address_unreadable)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)


def _refused(error: RequestRefused) -> BaseResponse:
    refusals.note_authorization(error)
    return send(failure(error.reply_to, error, use_cases().policy.issuer), _client(error))


def _shown(error: ShownToUser) -> BaseResponse:
    refusals.note_page(error)
    wait = error.wait if isinstance(error, RateLimited) else 0
    response = _error_answer(error.status, error.key, error.client_id, wait)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _seal_broken(error: SealBroken) -> BaseResponse:
    return _shown(ShownToUser(400, "link_expired", str(error)))


def _unavailable(error: Exception) -> BaseResponse:
    facts = error.facts if isinstance(error, StoreUnavailable | NotRecorded) else {}
    logger().error("unavailable", error=type(error).__name__, **facts)
    response = _error_answer(503, "unavailable")
    response.headers["Retry-After"] = RETRY_AFTER
    return response


def _address_unreadable(error: AddressUnreadable) -> BaseResponse:
    use_cases().proxy_hints.tell("address_unreadable", request.remote_addr or "")
    return _http(error)


def _http(error: HTTPException) -> BaseResponse:
    status = error.code or 500
    if status < 400:  # a redirect that routing asks for: it would lead to the scheme and Host that came in
        status = 404
    if status == 503:
        return _unavailable(error)
    response = _error_answer(status, KEY_OF_STATUS.get(status, "bad_request" if status < 500 else "internal"))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _unforeseen(error: Exception) -> BaseResponse:
    logger().exception("internal", error=type(error).__name__)
    return _error_answer(500, "internal")


def _error_answer(status: int, key: str, client_id: str | None = None, wait: int = 0) -> BaseResponse:
    if problems.is_of_the_api(request.path):
        return problems.answer_to(status, wait)
    if speaks_json(request.path):
        return _json(status)
    way = way_out(key, client_id)
    paused = use_cases().clients.get(client_id) if key == "paused" and client_id else None
    html = pages.error(
        key=key,
        status=status,
        way_back=way.client.way_back if way.client else None,
        client_name=way.client.name_in(language.current()) if way.client else None,
        again=way.again,
        home=way.home,
        wait=wait,
        said=paused.pause_texts if paused else {},
    )
    return page(html, client=way.client, status=status)


def _json(status: int) -> Response:
    oauth = (
        "temporarily_unavailable" if status == 503 else "server_error" if status >= 500 else "invalid_request"
    )
    response = jsonify(error=oauth, request_id=g.get("request_id", ""))
    response.status_code = status
    return response


def _client(error: RequestRefused) -> Client | None:
    """The application that the error is answered to."""
    return use_cases().clients.get(error.client_id) if error.client_id else None
