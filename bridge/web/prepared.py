"""Discovery and JWKS: prepared bytes with an ETag, answered before Flask, for everybody (DESIGN §9).

Every relying party asks for them, and they hardly ever change. Other methods at their addresses (a preflight)
go on to Flask.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response, request

from bridge.domain.policy import Policy
from bridge.oidc import discovery as discovery_document
from bridge.oidc.answer import to_json
from bridge.oidc.endpoints import BY_NAME, Endpoint
from bridge.ops.access_log import words_of
from bridge.ops.environ import ROUTE
from bridge.ports.keys import Signer
from bridge.web.use_cases import use_cases

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """A JSON document as bytes, with its ETag."""

    body: bytes
    etag: str

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "PreparedDocument":
        body = to_json(document)
        return cls(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')

    def answer(self, endpoint: Endpoint, if_none_match: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body; 304 where If-None-Match names this very document (RFC 9110 §13.1.2)."""
        headers = {
            "Content-Type": "application/json",
            "Cache-Control": endpoint.cache_control,
            "ETag": self.etag,
            "Access-Control-Allow-Origin": "*",
            "X-Content-Type-Options": "nosniff",
        }
        if self.etag in if_none_match:
            return 304, headers, b""
        return 200, {**headers, "Content-Length": str(len(self.body))}, self.body


class Documents:
    """Both documents, made anew when the keys change."""

    def __init__(self, policy: Policy, signer: Signer) -> None:
        self._policy = policy
        self._signer = signer
        self._jwks: tuple[Any, PreparedDocument] | None = None
        self._discovery: tuple[Any, PreparedDocument] | None = None

    def jwks(self) -> PreparedDocument:
        """The JWK Set (RFC 7517 §5)."""
        document = self._signer.jwks()
        if self._jwks is None or self._jwks[0] is not document:
            self._jwks = (document, PreparedDocument.of(document))
        return self._jwks[1]

    def discovery(self) -> PreparedDocument:
        """The discovery document (OIDC Discovery §3)."""
        algs = self._signer.algs()
        if self._discovery is None or self._discovery[0] != algs:
            self._discovery = (algs, PreparedDocument.of(discovery_document.document(self._policy, algs)))
        return self._discovery[1]


class PreparedMiddleware:
    """WSGI middleware that answers GET and HEAD for both documents itself, and passes on the rest."""

    def __init__(self, app: "WSGIApplication", policy: Policy, signer: Signer) -> None:
        self._app = app
        documents = Documents(policy, signer)
        self._makers: dict[str, tuple[Endpoint, Callable[[], PreparedDocument]]] = {
            path: (BY_NAME[name], make)
            for name, make in (("discovery", documents.discovery), ("jwks", documents.jwks))
            for path in BY_NAME[name].paths
        }

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        found = self._makers.get(environ["PATH_INFO"])
        if found is None or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            environ[ROUTE] = words_of(environ["PATH_INFO"])  # for the access log, until the route is known
            return self._app(environ, start_response)
        environ[ROUTE] = environ["PATH_INFO"]
        endpoint, make = found
        status, headers, body = make().answer(endpoint, environ.get("HTTP_IF_NONE_MATCH", ""))
        start_response(f"{status} {HTTPStatus(status).phrase}", list(headers.items()))
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]


def discovery() -> Response:
    """Flask's view of the document, for an app that runs without the middleware."""
    uses = use_cases()
    return _document_response("discovery", Documents(uses.policy, uses.signer).discovery())


def jwks() -> Response:
    """Flask's view of the key set, for an app that runs without the middleware."""
    uses = use_cases()
    return _document_response("jwks", Documents(uses.policy, uses.signer).jwks())


def _document_response(name: str, document: PreparedDocument) -> Response:
    status, headers, body = document.answer(BY_NAME[name], request.headers.get("If-None-Match", ""))
    return Response(body, status, headers)
