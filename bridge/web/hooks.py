"""What happens before and after every request: its id, the checks of its Host and method, its headers."""

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
from bridge.web.cors import allow_reading
from bridge.web.fetch_metadata import is_part_of_a_page, is_prefetch
from bridge.web.headers import finish_headers
from bridge.web.responses import prefetch_refused, within_proxies_limit
from bridge.web.use_cases import UseCases, use_cases

DEFAULT_PORTS = {"https": ":443", "http": ":80"}
HOST = re.compile(r"[a-z0-9.:\[\]-]{1,255}", re.ASCII)  # what may be shown of one
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def register(app: Flask, uses: UseCases) -> None:
    """Mount both hooks."""
    app.before_request(_before_request)
    app.after_request(_after_request)


def _before_request() -> BaseResponse | None:
    """The answer to a request that is refused before any view sees it; None where it goes on."""
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else os.urandom(8).hex()
    logs.bind(request_id=g.request_id)
    if request.url_rule is not None:
        request.environ[environ.ROUTE] = request.url_rule.rule
    endpoint = endpoint_of(request.path)
    _check_host(endpoint)
    if fault := request.environ.get(environ.FAULT):
        abort(fault)
    return _refused_get(endpoint) if endpoint is not None and endpoint.get_acts else None


def _check_host(endpoint: Endpoint | None) -> None:
    """A Host that is not the issuer's is answered 421 (RFC 9110 §15.5.20); probes come by address."""
    if endpoint is not None and endpoint.audience == "probe":
        return
    issuer, host = urlsplit(use_cases().policy.issuer), request.headers.get("Host", "").lower()
    if _without_default_port(host, issuer.scheme) != _without_default_port(issuer.netloc, issuer.scheme):
        readable = host if HOST.fullmatch(host) else "unreadable"
        logs.logger().warning("request.misdirected", expected=issuer.netloc, host=readable)
        raise MisdirectedRequest


def _without_default_port(host: str, scheme: str) -> str:
    """A host in small letters; `name:443` and `name` are one place (RFC 9110 §4.2.3)."""
    return host.lower().removesuffix(DEFAULT_PORTS[scheme])


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


def _after_request(response: Response) -> BaseResponse:
    uses = use_cases()
    if request.endpoint == "static" and response.status_code == 200:
        response.headers["Cache-Control"] = "public, max-age=3600"
    _set_cookies(response, uses)
    endpoint = endpoint_of(request.path)
    if endpoint is None or endpoint.whole_page_only:  # its address may hold an auth token
        response.headers["Referrer-Policy"] = "no-referrer"
    allow_reading(response, endpoint)
    response.headers["X-Request-Id"] = g.get("request_id", "")
    finish_headers(response, secure=uses.settings.secure)
    return within_proxies_limit(response) if "Location" in response.headers else response


def _set_cookies(response: Response, uses: UseCases) -> None:
    """The browser's own, and its language; none beside what a cache between us may give to others."""
    if response.headers.get("Cache-Control", "").startswith("public"):
        return
    if new_browser := g.get("new_browser"):
        uses.browser.cookies.put(response, "browser", new_browser, max_age=YEAR)
    if wish := language.requested():
        uses.browser.cookies.put(response, "lang", wish, max_age=YEAR)
