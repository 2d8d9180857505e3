"""What happens before and after every request: its id, the checks of its Host and method, its headers."""

import os
import re
from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

from flask import Flask, Request, Response, abort, g
from flask.globals import request_ctx
from werkzeug.exceptions import MethodNotAllowed, MisdirectedRequest
from werkzeug.wrappers import Response as BaseResponse

from bridge.oidc.endpoints import Endpoint, endpoint_of
from bridge.ops import environ, logs
from bridge.web import language
from bridge.web.api.problems import is_of_the_api
from bridge.web.cookies import YEAR, Cookies
from bridge.web.cors import allow_reading
from bridge.web.fetch_metadata import is_part_of_a_page, is_prefetch
from bridge.web.headers import finish_headers
from bridge.web.proxy_hints import host_hint
from bridge.web.responses import prefetch_refused, within_proxies_limit
from bridge.web.use_cases import UseCases

DEFAULT_PORTS = {"https": ":443", "http": ":80"}
HOST = re.compile(r"[a-z0-9.:\[\]-]{1,255}", re.ASCII)  # what may be shown of one
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def register(app: Flask, uses: UseCases) -> None:
    """Mount both hooks."""
    app.before_request(_before_request(uses))
    app.after_request(_after_request(uses))


# Every request comes through here. So both hooks take it from behind Flask's proxy once, and read headers
# from the environ, because `request.headers` makes and catches an exception for each that is absent.


def _before_request(uses: UseCases) -> Callable[[], BaseResponse | None]:
    issuer = urlsplit(uses.settings.issuer)
    place = _without_default_port(issuer.netloc, issuer.scheme)

    def before() -> BaseResponse | None:
        """The answer to a request that is refused before any view sees it; None where it goes on."""
        request = request_ctx.request
        given = request.environ.get("HTTP_X_REQUEST_ID", "")
        g.request_id = given if REQUEST_ID.fullmatch(given) else os.urandom(8).hex()
        logs.bind(request_id=g.request_id)
        if request.url_rule is not None:
            request.environ[environ.ROUTE] = request.url_rule.rule
        endpoint = endpoint_of(request.path)
        if endpoint is None or endpoint.audience != "probe":  # probes come by the bridge's own address
            host = request.environ.get("HTTP_HOST", "").lower()
            if host != place and _without_default_port(host, issuer.scheme) != place:
                raise _misdirected(request, issuer, host)
            uses.proxy_hints.look(request)
        if fault := request.environ.get(environ.FAULT):
            abort(fault)
        return _refused_get(request, endpoint) if endpoint is not None and endpoint.get_acts else None

    return before


def _misdirected(request: Request, issuer: SplitResult, host: str) -> MisdirectedRequest:
    """A Host that is not the issuer's is answered 421 (RFC 9110 §15.5.20)."""
    readable = host if HOST.fullmatch(host) else "unreadable"
    hint = host_hint(issuer, host, request.environ.get("HTTP_X_FORWARDED_HOST", "").lower())
    logs.logger().warning("request.misdirected", expected=issuer.netloc, host=readable, hint=hint)
    return MisdirectedRequest()


def _without_default_port(host: str, scheme: str) -> str:
    """A host in small letters; `name:443` and `name` are one place (RFC 9110 §4.2.3)."""
    return host.lower().removesuffix(DEFAULT_PORTS[scheme])


def _refused_get(request: Request, endpoint: Endpoint) -> BaseResponse | None:
    """Refuses a GET that does something unless a person makes it; None where it goes on.

    A HEAD, a browser's prefetch, or an image on some other site's page would do it without their knowing.
    """
    if request.method == "HEAD":
        raise MethodNotAllowed(valid_methods=endpoint.methods)
    if request.method != "GET":
        return None
    embedded = endpoint.whole_page_only and is_part_of_a_page(request)
    return prefetch_refused() if embedded or is_prefetch(request) else None


def _after_request(uses: UseCases) -> Callable[[Response], BaseResponse]:
    cookies, secure = uses.browser.cookies, uses.settings.secure

    def after(response: Response) -> BaseResponse:
        request = request_ctx.request
        if request.endpoint == "static" and response.status_code == 200:
            response.headers["Cache-Control"] = "public, max-age=3600"
        _set_cookies(response, cookies)
        endpoint = endpoint_of(request.path)
        if endpoint is None or endpoint.whole_page_only:  # its address may hold an auth token
            response.headers["Referrer-Policy"] = "no-referrer"
        allow_reading(request, response, endpoint)
        response.headers["X-Request-Id"] = g.get("request_id", "")
        finish_headers(response, secure=secure)
        return within_proxies_limit(response) if "Location" in response.headers else response

    return after


def _set_cookies(response: Response, cookies: Cookies) -> None:
    """The browser's own, and its language; none beside what a cache between us may give to others, and none
    of the administration API, which reads none.
    """
    if is_of_the_api(request_ctx.request.path):
        return
    new_browser, wish = g.get("new_browser"), language.requested()
    if not (new_browser or wish) or response.headers.get("Cache-Control", "").startswith("public"):
        return
    if new_browser:
        cookies.put(response, "browser", new_browser, max_age=YEAR)
    if wish:
        cookies.put(response, "lang", wish, max_age=YEAR)
