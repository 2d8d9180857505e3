"""The access log: one line for each request, with what its path may say.

Never the query, which holds codes and sealed requests. An application that knows its routes says in the
environ what may be written of a path (ROUTE): the route of one that is its own, so that no key in it is
written; of any other the words of the protocol in it, because anything may stand there (`words_of`).
"""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import structlog

from bridge.ops.environ import ROUTE
from bridge.ops.logs import logger

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MAX_PATH = 200  # characters
MAX_STEPS = 8
# What applications ask at a wrong address: worth reading, and no secret.
WORDS = frozenset(
    """.well-known api auth authorize authorization callback camdigikey certs confirm connect consent error
    favicon.ico form health healthz introspect jwks jwks.json keys login logout metrics oauth oauth2
    oauth-authorization-server oidc openid openid-configuration openid-connect protocol readyz realms register
    revoke robots.txt signin signout start static status token userinfo v1 v2""".split()
)


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
                path=environ.get(ROUTE) or quote(environ["PATH_INFO"], encoding="latin-1")[:MAX_PATH],
                status=int(statuses[-1][:3]) if statuses else 500,
                milliseconds=round((time.perf_counter() - began) * 1000, 1),
            )


def words_of(path: str) -> str:
    """What may be written of a path that leads nowhere."""
    steps = path.split("/")[: MAX_STEPS + 1]
    return "/".join(step if step in WORDS or not step else "***" for step in steps)
