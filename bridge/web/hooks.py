"""What happens before and after every request: its id, its Host, and the headers of its answer."""

import os
import re

from flask import Flask, Response, abort, g, request
from werkzeug.exceptions import MethodNotAllowed

from bridge.ops import bodies, logs
from bridge.web import language
from bridge.web.edge import Edge
from bridge.web.security import YEAR, finish_headers

# Blueprints where a GET may do something.
WALK = frozenset({"authorize", "login", "callback", "consent", "logout"})
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def register(app: Flask, parts: Edge) -> None:
    """Mount both hooks, and whole bodies before them."""

    def begin() -> None:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if REQUEST_ID.fullmatch(given) else os.urandom(8).hex()
        logs.bind(request_id=g.request_id)
        parts.guard.check_host()
        if fault := request.environ.get(bodies.FAULT):
            abort(fault)
        if request.method == "HEAD" and request.blueprint in WALK:
            raise MethodNotAllowed(valid_methods=["GET", "POST"])

    def end(response: Response) -> Response:
        if new_browser := g.get("new_browser"):
            parts.guard.cookies.put(response, "browser", new_browser, max_age=YEAR)
        if wish := language.asked():
            parts.guard.cookies.put(response, "lang", wish, max_age=YEAR)
        if request.endpoint == "static" and response.status_code == 200:
            response.headers["Cache-Control"] = "public, max-age=3600"
        if request.blueprint == "callback" or request.url_rule is None:  # its address may hold an auth token
            response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Request-Id"] = g.get("request_id", "")
        finish_headers(response, parts.settings)
        return response

    server = parts.settings.server
    whole = bodies.Bodies(app.wsgi_app, server.max_body, max(1, server.threads // 2), server.body_within)
    app.wsgi_app = whole  # type: ignore[method-assign]  # -- Flask says to do it so
    app.before_request(begin)
    app.after_request(end)
