"""Discovery and JWKS: prepared bytes with an ETag, answered before routing, for everybody (DESIGN §9)."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bridge.oidc import discovery
from bridge.oidc.keys import Keys
from bridge.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


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
    """A WSGI application before ours, for the documents that hardly ever change."""

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
            settings = self._settings
            document = discovery.document(
                settings.issuer, algs, settings.claims.constant, settings.look.help_uri
            )
            self._discovery = (algs, Ready.of(document))
        return self._discovery[1]
