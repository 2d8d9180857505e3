"""Flask as our applications use it."""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any

from flask import Flask, Request
from werkzeug.routing import MapAdapter

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class InMemory(Request):
    """A request whose uploaded files stay in memory: its body is there already, and never too large."""

    def _get_file_stream(self, *_: object, **__: object) -> IO[bytes]:
        return BytesIO()


class Application(Flask):
    """Flask without two things that it does in every request for applications of other kinds."""

    request_class = InMemory

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.entry: WSGIApplication = self.wsgi_app  # what answers first; a middleware takes its place

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        return self.entry(environ, start_response)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function as it is: none of ours is a coroutine, and nothing has to look."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Finds the route by path and method alone, not by the Host, which `hooks` judges."""
        if request is None:
            return None
        return self.url_map.bind(
            "", url_scheme=request.scheme, default_method=request.method, path_info=request.path
        )
