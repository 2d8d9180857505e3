"""What happens before and after every request: its id, the checks of its Host and method, its headers."""

import os
import re
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, request
from werkzeug.exceptions import MethodNotAllowed, MisdirectedRequest
from werkzeug.wrappers import Response as BaseResponse

from bridge.oidc.endpoints import Endpoint, endpoint_of
from bridge.ops import bodies, logs
from bridge.web import language
from bridge.web.cookies import YEAR
from bridge.web.cors import allow_reading
from bridge.web.fetch_metadata import is_part_of_a_page, is_prefetch
from bridge.web.headers import finish_headers
from bridge.web.responses import prefetch_refused
from bridge.web.use_cases import UseCases, use_cases

MAX_LOGGED_HOST = 100  # characters
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def register(app: Flask, uses: UseCases) -> None:
    """Mount both hooks, and before them the reading of whole bodies (ops.bodies)."""
    server = uses.settings.server
    whole = bodies.Bodies(app.wsgi_app, server.max_body, max(1, server.threads // 2), server.body_within)
    app.wsgi_app = whole  # type: ignore[method-assign]  # -- Flask says to do it so
    app.before_request(_before_request)
    app.after_request(_after_request)


def _before_request() -> BaseResponse | None:
    """The answer to a request that is refused before any view sees it; None where it goes on."""
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else os.urandom(8).hex()
    logs.bind(request_id=g.request_id)
    endpoint = endpoint_of(request.path)
    _check_host(endpoint)
    if fault := request.environ.get(bodies.FAULT):
        abort(fault)
    return _refused_get(endpoint) if endpoint is not None and endpoint.get_acts else None


def _check_host(endpoint: Endpoint | None) -> None:
    """A Host that is not the issuer's is answered 421 (RFC 9110 §15.5.20); probes come by address."""
    probe = endpoint is not None and endpoint.audience == "probe"
    ours = urlsplit(use_cases().policy.issuer).netloc
    if not probe and request.host.lower() != ours.lower():
        logs.logger().info("request.misdirected", host=request.host[:MAX_LOGGED_HOST], expected=ours)
        raise MisdirectedRequest


def _refused_get(endpoint: Endpoint) -> BaseResponse | None:
    """Refuses a GET that does something unless a person makes it; None where it goes on.

    A HEAD, a browser's prefetch, or an image on some other site's page would do it without their knowing.
    """
    if request.method == "HEAD":
        raise MethodNotAllowed(valid_methods=endpoint.methods)
    if request.method != "GET":
        return None
    embedded = endpoint.whole_page_only and is_part_of_a_page(request)
    return prefetch_refused() if embedded or is_prefetch(request) else None


def _after_request(response: Response) -> Response:
    uses = use_cases()
    if new_browser := g.get("new_browser"):
        uses.browser.cookies.put(response, "browser", new_browser, max_age=YEAR)
    if wish := language.requested():
        uses.browser.cookies.put(response, "lang", wish, max_age=YEAR)
    if request.endpoint == "static" and response.status_code == 200:
        response.headers["Cache-Control"] = "public, max-age=3600"
    endpoint = endpoint_of(request.path)
    if endpoint is None or endpoint.whole_page_only:  # its address may hold an auth token
        response.headers["Referrer-Policy"] = "no-referrer"
    allow_reading(response, endpoint)
    response.headers["X-Request-Id"] = g.get("request_id", "")
    finish_headers(response, secure=uses.settings.secure)
    return response
