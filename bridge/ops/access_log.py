"""The access log: one line for each request, without the query, which holds codes and sealed requests."""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import structlog

from bridge.ops.logs import logger

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MAX_PATH_LENGTH = 200  # characters


class AccessLog:
    """A WSGI application around ours."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        structlog.contextvars.clear_contextvars()  # of the request before, in this thread
        began = time.perf_counter()
        statuses: list[str] = []

        def started(status: str, headers: list[tuple[str, str]], exc_info: "OptExcInfo | None" = None) -> Any:
            statuses.append(status)
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        try:
            return self._app(environ, started)
        finally:
            logger().info(
                "request",
                method=environ["REQUEST_METHOD"][:16],
                path=environ["PATH_INFO"][:MAX_PATH_LENGTH],
                status=int(statuses[-1][:3]) if statuses else 500,
                milliseconds=round((time.perf_counter() - began) * 1000, 1),
            )
