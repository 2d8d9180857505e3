"""The application: blueprints and the error table mounted, and what never changes answered before routing."""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import MethodNotAllowed

from bridge import settings as settings_module
from bridge.oidc import discovery
from bridge.oidc.id_token import HintReader
from bridge.oidc.keys import Keys
from bridge.oidc.server.server import TokenEndpoint
from bridge.oidc.userinfo import UserinfoEndpoint
from bridge.ops import logs
from bridge.ports import Services
from bridge.settings import Settings
from bridge.web import authorize, consent, errors, health, home, language, login, logout, provider
from bridge.web.edge import Edge
from bridge.web.security import Guard, finish_headers
from bridge.wiring import build

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

WALK = frozenset({"authorize", "login", "consent", "logout"})  # blueprints where a GET may do something
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def create_app(settings: Settings, services: Services | None = None) -> Flask:
    """The Flask application of one process."""
    services = services or build(settings)
    app = Flask("bridge.web", static_folder="static", template_folder="templates")
    app.config["MAX_CONTENT_LENGTH"] = settings.server.max_body
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.server.max_body
    keys = Keys(services.signing_keys, services.clock)
    keys.ensure()
    guard = Guard(settings, services)
    app.extensions["bridge"] = Edge(
        settings,
        services,
        guard,
        keys,
        HintReader(keys, settings.issuer),
        TokenEndpoint(settings, services, keys),
        UserinfoEndpoint(services),
    )
    for room in (authorize, login, consent, logout, provider, health, home):
        app.register_blueprint(room.blueprint)
    errors.register(app)
    language.init_app(app)
    _mount_hooks(app, settings, guard)
    app.wsgi_app = Prepared(app.wsgi_app, settings, keys)  # type: ignore[method-assign] -- Flask's own advice
    return app


def from_environment() -> Flask:
    """For a server's worker: settings from the file that BRIDGE_CONFIG names, and the environment."""
    file = os.environ.get("BRIDGE_CONFIG")
    settings = settings_module.load(Path(file) if file else None)
    logs.configure(settings.log.level)
    return create_app(settings)


def _mount_hooks(app: Flask, settings: Settings, guard: Guard) -> None:
    @app.before_request
    def begin() -> None:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if REQUEST_ID.fullmatch(given) else os.urandom(8).hex()
        logs.bind(request_id=g.request_id)
        guard.check_host()
        if request.method == "HEAD" and request.blueprint in WALK:
            raise MethodNotAllowed(valid_methods=["GET", "POST"])

    @app.after_request
    def end(response: Response) -> Response:
        if new_browser := g.get("new_browser"):
            guard.cookies.put(response, "browser", new_browser, max_age=365 * 86400)
        if request.endpoint == "static":
            response.headers["Cache-Control"] = "public, max-age=3600"
        response.headers["X-Request-Id"] = g.get("request_id", "")
        return finish_headers(response, settings)


@dataclass(frozen=True, slots=True)
class Ready:
    """A document as prepared bytes."""

    body: bytes
    etag: str

    @classmethod
    def of(cls, document: dict[str, Any]) -> "Ready":
        body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        return cls(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')


class Prepared:
    """Discovery and JWKS: bytes with an ETag, answered before routing, for everybody (CORS) (DESIGN §9)."""

    def __init__(self, app: "WSGIApplication", settings: Settings, keys: Keys) -> None:
        self._app = app
        self._settings = settings
        self._keys = keys
        self._jwks: tuple[Any, Ready] | None = None
        self._discovery: tuple[Any, Ready] | None = None
        self._documents: dict[str, Callable[[], Ready]] = {
            discovery.PATH: self._discovery_ready,
            discovery.OAUTH_PATH: self._discovery_ready,
            "/jwks": self._jwks_ready,
        }

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        find = self._documents.get(environ["PATH_INFO"])
        if find is None or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._app(environ, start_response)
        ready = find()
        headers = [
            ("Content-Type", "application/json"),
            ("Cache-Control", "public, max-age=300"),
            ("ETag", ready.etag),
            ("Access-Control-Allow-Origin", "*"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        if ready.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            start_response("304 Not Modified", headers)
            return [b""]
        start_response("200 OK", [*headers, ("Content-Length", str(len(ready.body)))])
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else ready.body]

    def _jwks_ready(self) -> Ready:
        document = self._keys.jwks()
        if self._jwks is None or self._jwks[0] is not document:
            self._jwks = (document, Ready.of(document))
        return self._jwks[1]

    def _discovery_ready(self) -> Ready:
        algs = tuple(self._keys.algs())
        if self._discovery is None or self._discovery[0] != algs:
            help_uri = self._settings.look.help_uri
            self._discovery = (algs, Ready.of(discovery.document(self._settings.issuer, algs, help_uri)))
        return self._discovery[1]
