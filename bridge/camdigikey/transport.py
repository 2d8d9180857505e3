"""The way to CamDigiKey's server: a port, and its implementation over kept-alive connections.

A call costs a third of one through httpx (DESIGN §9): the request goes out in one write, and the answer is
read by http.client, which is well proven against malformed ones.
Whatever goes wrong is a TransportError, and nothing is ever sent twice from here: an idle connection that
the server has closed meanwhile is noticed before it is used. One that it closes at that very instant is told
as Dropped, for the caller, who knows which calls may be repeated. No redirect is followed, and no proxy of
the environment used.
"""

import http.client
import re
import select
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

from bridge.camdigikey.errors import HttpError, TimedOut, TooLarge, TransportError

MAX_ANSWER_BYTES = 4 * 1024 * 1024  # the largest answer is a face
HEADERS = "Accept: application/json\r\nAccept-Encoding: identity\r\n"
BODY_HEADERS = "Content-Type: application/json\r\n"
# What a connection that its other end has closed gives before the first byte of an answer.
CLOSED = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
MAX_IDLE = 30.0  # seconds; a connection that was idle for longer is closed, not used


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, and for a whole call."""

    connect: float = 2.0
    whole: float = 8.0


class Dropped(TransportError):
    """A kept connection was closed just when it was used again, before a byte of an answer.

    Whether the server has read the request is not known.
    """


class Transport(Protocol):
    """Sends one request, and gives the body of its answer; used by several threads at once."""

    def send(self, method: str, path: str, body: bytes | None) -> bytes:
        """Raises TransportError: no answer, not in time, too large, or a status other than 2xx."""

    def close(self) -> None: ...


class _DeadlineSocket(ssl.SSLSocket):
    """A TLS socket whose reads and writes all end at one deadline, however slowly the other side sends."""

    deadline = float("inf")  # time.monotonic()

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        self._apply_deadline()
        return super().recv_into(buffer, nbytes, flags)

    def send(self, data: Any, flags: int = 0) -> int:  # sendall sends by this, piece by piece
        self._apply_deadline()
        return super().send(data, flags)

    def _apply_deadline(self) -> None:
        self.settimeout(_seconds_left(self.deadline))


class HttpsTransport:
    """Connections to one server, kept alive and shared by all threads.

    `base_url` is https; `context` holds the client's certificate and whom to trust. Raises ValueError.
    """

    def __init__(self, base_url: str, context: ssl.SSLContext, timeouts: Timeouts) -> None:
        parts = urlsplit(base_url)
        if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("the base URL has to begin with https:// and to end before any ? or #")
        if not re.fullmatch("[!-~]+", base_url):
            raise ValueError("the base URL has to be of plain letters, without spaces")
        self._host, self._port = parts.hostname, parts.port or 443
        self._prefix = parts.path.rstrip("/")
        self._host_header = parts.netloc.rpartition("@")[2]
        self._context = context
        context.sslsocket_class = _DeadlineSocket
        self._timeouts = timeouts
        self._lock = threading.Lock()
        self._idle: list[tuple[_DeadlineSocket, float]] = []
        self._closed = False

    def send(self, method: str, path: str, body: bytes | None) -> bytes:
        """One request; see Transport."""
        begun = time.monotonic()
        try:
            kept = self._kept()
            sock = kept or self._connect()
        except TimeoutError:
            raise TimedOut("no connection in time") from None
        except (OSError, ValueError) as error:
            raise TransportError(f"no connection: {_reason(error)}") from None
        sock.deadline = begun + self._timeouts.whole
        try:
            return self._exchange(sock, method, path, body)
        except TimeoutError:
            sock.close()
            raise TimedOut("no answer in time") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            sock.close()
            if kept is not None and isinstance(error, CLOSED) and not self._is_slow(begun):
                self._close_idle()  # its kin are likely to have gone with it
                raise Dropped(f"no answer: {_reason(error)}") from None
            raise TransportError(f"no answer: {_reason(error)}") from None
        except BaseException:
            sock.close()
            raise

    def close(self) -> None:
        """Close the connections; those in use close with their call, and no call begins any more."""
        with self._lock:
            self._closed = True
        self._close_idle()

    def _close_idle(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for sock, _ in idle:
            sock.close()

    def _is_slow(self, begun: float) -> bool:
        """Whether so much time has gone by that a second try would take too long."""
        return time.monotonic() - begun > self._timeouts.connect

    def _exchange(self, sock: _DeadlineSocket, method: str, path: str, body: bytes | None) -> bytes:
        """Head and body go out in one write: one TLS record, so that the server is woken once."""
        sock.sendall(self._request(method, path, body))
        with http.client.HTTPResponse(sock, method=method) as answer:
            answer.begin()
            data = _body(answer)
        if not 200 <= answer.status < 300:
            raise HttpError(answer.status)
        if not data:  # as after half a head, which http.client takes for a whole one
            raise TransportError("the answer is empty")
        self._keep(sock, answer.will_close)
        return data

    def _request(self, method: str, path: str, body: bytes | None) -> bytes:
        head = f"{method} {self._prefix}{path} HTTP/1.1\r\nHost: {self._host_header}\r\n{HEADERS}"
        if body is None:
            return f"{head}\r\n".encode("ascii")
        return f"{head}{BODY_HEADERS}Content-Length: {len(body)}\r\n\r\n".encode("ascii") + body

    def _connect(self) -> _DeadlineSocket:
        """A new connection: TCP and TLS within one time, whatever number of addresses the name has."""
        deadline = time.monotonic() + self._timeouts.connect
        failed: OSError = OSError("the name has no address")
        for family, kind, protocol, _, address in socket.getaddrinfo(
            self._host, self._port, type=socket.SOCK_STREAM
        ):
            raw = socket.socket(family, kind, protocol)
            try:
                raw.settimeout(_seconds_left(deadline))
                raw.connect(address)
                raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                raw.settimeout(_seconds_left(deadline))
                return cast(_DeadlineSocket, self._context.wrap_socket(raw, server_hostname=self._host))
            except OSError as error:
                raw.close()
                failed = error
        raise failed

    def _kept(self) -> _DeadlineSocket | None:
        """A kept connection that is still open; None when there is none."""
        while True:
            with self._lock:
                if self._closed:
                    raise ConnectionError
                if not self._idle:
                    return None
                sock, since = self._idle.pop()
            if time.monotonic() - since < MAX_IDLE and not _is_readable(sock):
                return sock
            sock.close()

    def _keep(self, sock: _DeadlineSocket, server_closes: bool) -> None:
        with self._lock:
            if not self._closed and not server_closes:
                self._idle.append((sock, time.monotonic()))
                return
        sock.close()


def _body(answer: http.client.HTTPResponse) -> bytes:
    """All of an answer's body. Raises TooLarge, TransportError when it is less than was promised."""
    data = b"" if (answer.length or 0) > MAX_ANSWER_BYTES else answer.read(MAX_ANSWER_BYTES + 1)
    if len(data) > MAX_ANSWER_BYTES or (answer.length or 0) > MAX_ANSWER_BYTES:
        raise TooLarge("the answer is too large")
    if answer.length:
        raise TransportError("the answer was cut short")
    return data


def _seconds_left(deadline: float) -> float:
    """Seconds to a deadline. Raises TimeoutError when it is over."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _reason(error: Exception) -> str:
    """The error's type, and for TLS its reason: fixed words and the server's name, nothing that was sent."""
    if isinstance(error, ssl.SSLError):
        said = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else error.reason
        return f"{type(error).__name__}: {said}"
    return type(error).__name__


def _is_readable(sock: ssl.SSLSocket) -> bool:
    """Whether an idle connection has something to read, or was closed: it can't take a new request then.

    By poll, because select fails from the 1024th file descriptor on.
    """
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(sock.pending() or poll.poll(0))
