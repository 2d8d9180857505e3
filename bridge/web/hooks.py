"""What happens before and after every request: its id, its Host, what may not be done by it, its headers."""

import os
import re
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, request
from werkzeug.exceptions import MethodNotAllowed, MisdirectedRequest
from werkzeug.wrappers import Response as BaseResponse

from bridge.oidc.endpoints import Endpoint, endpoint_of
from bridge.ops import environ, logs
from bridge.web import language
from bridge.web.cookies import YEAR
from bridge.web.fetch_metadata import is_part_of_a_page, is_prefetch
from bridge.web.headers import finish_headers
from bridge.web.responses import prefetch_refused
from bridge.web.use_cases import UseCases, use_cases

REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def register(app: Flask, uses: UseCases) -> None:
    """Mount both hooks."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> BaseResponse | None:
    """An answer where the request may not be done."""
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else os.urandom(8).hex()
    logs.bind(request_id=g.request_id)
    endpoint = endpoint_of(request.path)
    _check_host(endpoint)
    if fault := request.environ.get(environ.FAULT):
        abort(fault)
    return _refused_get(endpoint) if endpoint is not None and endpoint.get_acts else None


def _check_host(endpoint: Endpoint | None) -> None:
    """A Host that is not the issuer's is answered 421 (RFC 9110 §15.5.20); probes come by address."""
    probe = endpoint is not None and endpoint.audience == "probe"
    ours = urlsplit(use_cases().policy.issuer).netloc
    if not probe and request.host.lower() != ours.lower():
        raise MisdirectedRequest


def _refused_get(endpoint: Endpoint) -> BaseResponse | None:
    """A GET that does something is a person's own: no HEAD, no prefetch, and no image that any site may show."""
    if request.method == "HEAD":
        raise MethodNotAllowed(valid_methods=["GET", "POST"])
    if request.method != "GET":
        return None
    embedded = endpoint.whole_page_only and is_part_of_a_page(request)
    return prefetch_refused() if embedded or is_prefetch(request) else None


def _end(response: Response) -> Response:
    uses = use_cases()
    if new_browser := g.get("new_browser"):
        uses.browser.cookies.put(response, "browser", new_browser, max_age=YEAR)
    if wish := language.asked():
        uses.browser.cookies.put(response, "lang", wish, max_age=YEAR)
    if request.endpoint == "static" and response.status_code == 200:
        response.headers["Cache-Control"] = "public, max-age=3600"
    endpoint = endpoint_of(request.path)
    if endpoint is None or endpoint.whole_page_only:  # its address may hold an auth token
        response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Request-Id"] = g.get("request_id", "")
    finish_headers(response, secure=uses.settings.secure)
    return response
