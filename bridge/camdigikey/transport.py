"""The way to CamDigiKey's server: a port, and its implementation over kept-alive connections.

A call by this costs a third of one through httpx (DESIGN §9): the request is written as a whole, and
http.client, well proven against odd answers, reads what comes.
Whatever goes wrong is a TransportError; nothing is ever sent twice: a kept connection is looked at before it
is used, and one that the server has closed is left. No redirect is followed, no proxy taken from the
environment.
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

from bridge.camdigikey.errors import HttpError, TimedOut, TransportError

LARGEST = 4 * 1024 * 1024  # bytes of an answer; a face is the largest
HEADERS = "Accept: application/json\r\nAccept-Encoding: identity\r\n"
BODY_HEADERS = "Content-Type: application/json\r\n"
IDLE = 30.0  # seconds after which a kept connection is not trusted any more


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, and for a whole call."""

    connect: float = 2.0
    whole: float = 8.0


class Transport(Protocol):
    """Sends one request, and gives the body of its answer; used by several threads at once."""

    def send(self, method: str, path: str, body: bytes | None) -> bytes:
        """Raises TransportError: no answer, not in time, too large, or a status other than 2xx."""

    def close(self) -> None: ...


class _DeadlineSocket(ssl.SSLSocket):
    """A TLS socket whose reads and writes end at one deadline, however slowly the other side drips."""

    deadline = float("inf")  # time.monotonic()

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        self._hurry()
        return super().recv_into(buffer, nbytes, flags)

    def send(self, data: Any, flags: int = 0) -> int:  # sendall sends by this, piece by piece
        self._hurry()
        return super().send(data, flags)

    def _hurry(self) -> None:
        self.settimeout(_left(self.deadline))


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
        deadline = time.monotonic() + self._timeouts.whole
        try:
            sock = self._kept() or self._connect()
        except TimeoutError:
            raise TimedOut("no connection in time") from None
        except (OSError, ValueError) as error:
            raise TransportError(f"no connection: {_why(error)}") from None
        sock.deadline = deadline
        try:
            return self._exchange(sock, method, path, body)
        except TimeoutError:
            sock.close()
            raise TimedOut("no answer in time") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            sock.close()
            raise TransportError(f"no answer: {_why(error)}") from None
        except BaseException:
            sock.close()
            raise

    def close(self) -> None:
        """Close the connections; those in use close with their call, and no call begins any more."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for sock, _ in idle:
            sock.close()

    def _exchange(self, sock: _DeadlineSocket, method: str, path: str, body: bytes | None) -> bytes:
        """Head and body go out in one write: one TLS record, and one time that the server wakes up."""
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
                raw.settimeout(_left(deadline))
                raw.connect(address)
                raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                raw.settimeout(_left(deadline))
                return cast(_DeadlineSocket, self._context.wrap_socket(raw, server_hostname=self._host))
            except OSError as error:
                raw.close()
                failed = error
        raise failed

    def _kept(self) -> _DeadlineSocket | None:
        """A kept connection that is still good: a server that closed it has made it readable."""
        while True:
            with self._lock:
                if self._closed:
                    raise ConnectionError
                if not self._idle:
                    return None
                sock, since = self._idle.pop()
            if time.monotonic() - since < IDLE and not _has_news(sock):
                return sock
            sock.close()

    def _keep(self, sock: _DeadlineSocket, server_closes: bool) -> None:
        with self._lock:
            if not self._closed and not server_closes:
                self._idle.append((sock, time.monotonic()))
                return
        sock.close()


def _body(answer: http.client.HTTPResponse) -> bytes:
    """All of an answer's body. Raises TransportError when it is too large, or less than was promised."""
    data = b"" if (answer.length or 0) > LARGEST else answer.read(LARGEST + 1)
    if len(data) > LARGEST or (answer.length or 0) > LARGEST:
        raise TransportError("the answer is too large")
    if answer.length:
        raise TransportError("the answer was cut short")
    return data


def _left(deadline: float) -> float:
    """Seconds to a deadline. Raises TimeoutError when it is over."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _why(error: Exception) -> str:
    """The kind of an error, and what TLS says of it: fixed words and our own server's name, nothing sent."""
    if isinstance(error, ssl.SSLError):
        said = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else error.reason
        return f"{type(error).__name__}: {said}"
    return type(error).__name__


def _has_news(sock: ssl.SSLSocket) -> bool:
    """Whether an idle connection has something to read, or is at its end: neither is fit for a new request.

    By poll, because select fails at the 1024th descriptor.
    """
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(sock.pending() or poll.poll(0))
