"""The way to CamDigiKey's server: a port, and its implementation over kept-alive connections.

A call through http.client costs a third of one through httpx (DESIGN §9), and no more is needed here.
Whatever goes wrong is a TransportError; nothing is ever sent twice.
"""

import http.client
import select
import ssl
import threading
import time
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from bridge.camdigikey.errors import BusyError, HttpError, TransportError

LARGEST = 4 * 1024 * 1024  # bytes of an answer; a face is the largest
GET_HEADERS = {"Accept": "application/json"}
HEADERS = {**GET_HEADERS, "Content-Type": "application/json"}
IDLE = 30.0  # seconds after which a kept connection is not trusted any more


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, and for a whole call."""

    connect: float = 2.0
    whole: float = 8.0


class Transport(Protocol):
    """Sends one request, and gives the body of its answer."""

    def send(self, method: str, path: str, body: bytes | None) -> bytes:
        """Raises TransportError: no answer, not in time, too large, or a status other than 2xx."""

    def close(self) -> None: ...


class _DeadlineSocket(ssl.SSLSocket):
    """A TLS socket whose reads end at one deadline, however slowly the other side drips."""

    deadline = float("inf")  # time.monotonic()

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.settimeout(left)
        return super().recv_into(buffer, nbytes, flags)


@dataclass(slots=True)
class _Kept:
    connection: http.client.HTTPSConnection
    since: float


class HttpsTransport:
    """Connections to one server, kept alive and shared by all threads; at most `most` calls at once."""

    def __init__(self, base_url: str, context: ssl.SSLContext, timeouts: Timeouts, most: int) -> None:
        parts = urlsplit(base_url)
        if parts.scheme != "https" or not parts.hostname:
            raise ValueError("the base URL has to begin with https://")
        self._host, self._port = parts.hostname, parts.port or 443
        self._prefix = parts.path.rstrip("/")
        self._context = context
        context.sslsocket_class = _DeadlineSocket
        self._timeouts = timeouts
        self._places = threading.BoundedSemaphore(most)
        self._lock = threading.Lock()
        self._idle: list[_Kept] = []
        self._closed = False

    def send(self, method: str, path: str, body: bytes | None) -> bytes:
        """One request; see Transport."""
        if not self._places.acquire(blocking=False):
            raise BusyError("too many calls are under way")
        try:
            return self._send(method, self._prefix + path, body)
        finally:
            self._places.release()

    def close(self) -> None:
        """Close all connections that nobody uses."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for kept in idle:
            kept.connection.close()

    def _send(self, method: str, path: str, body: bytes | None) -> bytes:
        deadline = time.monotonic() + self._timeouts.whole
        connection = self._kept() or self._connect()
        try:
            return self._exchange(connection, method, path, body, deadline)
        except (OSError, http.client.HTTPException, ValueError) as error:
            connection.close()
            raise TransportError(f"no answer: {type(error).__name__}") from None
        except TransportError:
            connection.close()
            raise

    def _exchange(
        self,
        connection: http.client.HTTPSConnection,
        method: str,
        path: str,
        body: bytes | None,
        deadline: float,
    ) -> bytes:
        if isinstance(connection.sock, _DeadlineSocket):
            connection.sock.deadline = deadline
        connection.sock.settimeout(max(deadline - time.monotonic(), 0.001))
        connection.request(method, path, body, HEADERS if body is not None else GET_HEADERS)
        answer = connection.getresponse()
        data = answer.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise TransportError("the answer is too large")
        if answer.length:  # it promised more
            raise TransportError("the answer was cut short")
        if not 200 <= answer.status < 300:
            raise HttpError(answer.status)
        if answer.will_close:
            connection.close()
        else:
            self._keep(connection)
        return data

    def _connect(self) -> http.client.HTTPSConnection:
        connection = http.client.HTTPSConnection(
            self._host, self._port, timeout=self._timeouts.connect, context=self._context
        )
        try:
            connection.connect()
        except OSError as error:
            connection.close()
            raise TransportError(f"no connection: {type(error).__name__}") from None
        return connection

    def _kept(self) -> http.client.HTTPSConnection | None:
        """A kept connection that is still good: a server that closed it has made it readable."""
        while True:
            with self._lock:
                kept = self._idle.pop() if self._idle else None
            if kept is None:
                return None
            sock = kept.connection.sock
            fresh = time.monotonic() - kept.since < IDLE
            if sock is not None and fresh and not select.select([sock], [], [], 0)[0]:
                return kept.connection
            kept.connection.close()

    def _keep(self, connection: http.client.HTTPSConnection) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(_Kept(connection, time.monotonic()))
                return
        connection.close()
