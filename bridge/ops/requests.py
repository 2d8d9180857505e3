"""Between Granian and the WSGI application: a request is given to a thread when all of it is there.

Granian calls `arrived` in a thread of its own pool when a request's head is there. Without a body, that
thread answers. With one, it goes on to other work, and the thread that brings the last piece answers.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from bridge.domain.network import Network, nearest, rate_limit_key
from bridge.ops.bodies import MAX_LARGE_UNDER_WAY, Bodies, BodyLimits
from bridge.ops.environ import Scope, environ_of, header_lines
from bridge.ops.logs import logger

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication

SPARE_THREADS = 2  # beside those that run the application: they bring bodies while all of those are busy
Header = tuple[bytes, bytes]


class Request:
    """One request, and the way its answer takes. `watcher`: Granian's."""

    def __init__(self, watcher: Any) -> None:
        self.scope: Scope = watcher.scope
        self.body, self.fault = b"", 0
        self._protocol = watcher.proto

    @cached_property
    def body_length(self) -> int | None:
        """Bytes of the body; None where only its end will tell (RFC 9112 §6.3)."""
        headers = dict(self.scope["headers"])
        return None if b"transfer-encoding" in headers else int(headers.get(b"content-length", b"0"))

    def receive(self) -> Any:
        """The future of the next piece of the body."""
        return self._protocol.receive()

    def answer(self, status: int, headers: Sequence[Header], body: bytes) -> None:
        """Send the answer. Granian sends at once, and what it returns to be awaited is empty."""
        protocol, self._protocol = self._protocol, None  # with the last of it a body that is left unread goes
        protocol.send({"type": "http.response.start", "status": status, "headers": headers})
        protocol.send({"type": "http.response.body", "body": body, "more_body": False})


class Requests:
    """Runs an application for the requests of one worker, at most `threads` at a time."""

    def __init__(
        self, app: "WSGIApplication", threads: int, limits: BodyLimits, proxies: Sequence[str] = ()
    ) -> None:
        self._app = app
        self._free = threads
        self._waiting: deque[Request] = deque()
        self._lock = threading.Lock()
        self._proxies: tuple[Network, ...] = tuple(ip_network(network) for network in proxies)
        self.bodies = Bodies(limits)
        self._large = threading.BoundedSemaphore(MAX_LARGE_UNDER_WAY)

    def arrived(self, watcher: Any) -> None:
        """To be called with a request whose head is there; errors end here, because Granian takes none."""
        try:
            self._begin(Request(watcher))
        except Exception:
            logger().exception("request.failed")  # and Granian answers 500

    def _begin(self, request: Request) -> None:
        length, limits = request.body_length, self.bodies.limits
        if length == 0:
            self._run(request)
        elif length is None or length <= limits.size:
            self._read(request, length, lambda: None)
        elif not limits.may_be_larger(request.scope["path"], length):
            self._refuse(request, 413)
        elif self._large.acquire(blocking=False):
            self._read(request, length, self._large.release)
        else:
            self._refuse(request, 503)

    def _read(self, request: Request, length: int | None, done: Callable[[], None]) -> None:
        """Read the body, then answer. `done`: called once it is read, whatever came of it."""

        def read(body: bytes, fault: int) -> None:
            done()
            if fault:
                self._refuse(request, fault)
            else:
                self._run(request, body)

        self.bodies.begin(request.receive, lambda: self._address(request.scope), length, read)

    def _refuse(self, request: Request, fault: int) -> None:
        """Answer that the body is not to be had. It is quick, so it needs no free place."""
        request.fault = fault
        self._answer(request)

    def _run(self, request: Request, body: bytes = b"") -> None:
        """Answer, or leave it to a thread that is about to be free: no more than so many run at a time."""
        request.body = body
        with self._lock:
            if not self._free:
                self._waiting.append(request)
                return
            self._free -= 1
        following: Request | None = request
        while following is not None:
            self._answer(following)
            with self._lock:
                following = self._waiting.popleft() if self._waiting else None
                self._free += following is None

    def _answer(self, request: Request) -> None:
        try:
            environ = environ_of(request.scope, request.body, request.fault)
            answer = answer_of(self._app, environ)
            closing = ((b"connection", b"close"),) if request.fault else ()
            request.answer(answer.status, (*answer.headers, *closing), answer.body)
        except BaseException:  # also of an application that wants to exit: the thread is Granian's
            logger().exception("request.failed")
            with suppress(AttributeError):  # what could be sent is sent
                request.answer(500, (), b"")

    def _address(self, scope: Scope) -> str:
        """Whose request it is, as a limit counts it."""
        peer = scope["client"][0]
        address = nearest(peer, header_lines(scope, b"x-forwarded-for"), self._proxies)
        return rate_limit_key(address) if address else peer


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    headers: tuple[Header, ...]
    body: bytes


def answer_of(app: "WSGIApplication", environ: dict[str, Any]) -> Answer:
    """What a WSGI application answers, all of it."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: "OptExcInfo | None" = None
    ) -> Any:
        started.append((status, headers))  # the last one counts (PEP 3333)

    start: StartResponse = start_response
    parts = app(environ, start)
    try:
        body = b"".join(parts)
    finally:
        if (close := getattr(parts, "close", None)) is not None:
            close()
    status, headers = started[-1]
    sent = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return Answer(int(status[:3]), tuple(sent), body)
