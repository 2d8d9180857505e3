"""Bodies are read before the application runs, by few threads at a time and within a deadline.

Granian hands a request over when its headers are there, and a thread that reads a body which does not come
waits for ever. It can't be left behind either: when the call returns while a read of its body is under way,
Granian 2.8 stops the whole worker. So a late read is ended from outside, by shutting the connection's way in;
its way out stays open for the answer.
"""

import io
import ipaddress
import os
import queue
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FAULT = "bridge.body_fault"  # in the environ: the status of a request whose body is not to be had
PATIENCE = 0.25  # seconds for a place, while places change hands
LOOKS_EVERY = 0.5  # seconds
IDLE_TIMES = struct.Struct("44x 3I")  # of tcp_info (linux/tcp.h): last_data_sent, …, last_data_recv; in ms


@dataclass(slots=True)
class Read:
    """A read under way, for the watch."""

    address: str
    began: float
    late: bool = False


class Bodies:
    """A WSGI application around ours: whole bodies of at most `max_body` bytes, or a fault in the environ.

    `places`: threads that may wait for bodies at once; `within`: seconds that a body may take.
    """

    def __init__(self, app: "WSGIApplication", max_body: int, places: int, within: float) -> None:
        self._app, self._max_body = app, max_body
        self._places: queue.SimpleQueue[None] = queue.SimpleQueue()
        for _ in range(places):
            self._places.put(None)
        self._freed = time.monotonic()
        self._watch = Watch(within)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or "0"
        chunked = "HTTP_TRANSFER_ENCODING" in environ
        if not chunked and (length == "0" or not length.isdecimal()):
            return self._app(environ, start_response)
        body, fault = b"", 413
        if chunked or int(length) <= self._max_body:
            body, fault = self._taken(environ, None if chunked else int(length))
        environ["wsgi.input"] = io.BytesIO(b"" if fault else body)
        environ["CONTENT_LENGTH"] = "0" if fault else str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        if not fault:
            return self._app(environ, start_response)
        environ[FAULT] = fault

        def closing(status: str, headers: list[tuple[str, str]], exc_info: "OptExcInfo | None" = None) -> Any:
            headers = [*headers, ("Connection", "close")]
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        return self._app(environ, closing)

    def _taken(self, environ: "WSGIEnvironment", length: int | None) -> tuple[bytes, int]:
        """The body, of this length where it is known, and 0; or a status."""
        try:
            patient = time.monotonic() - self._freed < PATIENCE
            self._places.get(timeout=PATIENCE) if patient else self._places.get_nowait()
        except queue.Empty:
            return b"", 503
        try:
            read = self._watch.began(environ.get("REMOTE_ADDR", ""))
            try:
                body: bytes = environ["wsgi.input"].read(self._max_body + 1 if length is None else length)
            finally:
                self._watch.ended(read)
        finally:
            self._freed = time.monotonic()
            self._places.put(None)
        if length is not None:
            return body, 408 if len(body) < length else 0
        return body, 413 if len(body) > self._max_body else 408 if read.late else 0


class Watch:
    """Ends the reads that take too long. It is a thread from the first read on."""

    def __init__(self, within: float) -> None:
        self._within = within
        self._reads: dict[int, Read] = {}
        self._starts = threading.Lock()

    def began(self, address: str) -> Read:
        """To be called before a read."""
        read = Read(address, time.monotonic())
        self._reads[id(read)] = read
        if self._starts.acquire(blocking=False):  # never given back: one thread is enough
            threading.Thread(target=self._look, name="bodies", daemon=True).start()
        return read

    def ended(self, read: Read) -> None:
        """To be called after it."""
        del self._reads[id(read)]

    def _look(self) -> None:
        pause = threading.Event()
        while not pause.wait(LOOKS_EVERY):
            now, reads = time.monotonic(), list(self._reads.values())
            longest_read: dict[str, float] = {}
            for read in reads:
                longest_read[read.address] = max(longest_read.get(read.address, 0.0), now - read.began)
            for address, took in longest_read.items():
                if took > self._within:
                    for read in reads:  # a read may have begun a little after its connection fell silent
                        read.late |= read.address == address and now - read.began > 0.8 * self._within
                    shut(address, self._within, drip=took > 2 * self._within)


def shut(address: str, seconds: float, drip: bool) -> None:
    """End what comes in from an address over connections where nothing went either way for `seconds`.

    Which connection a request came by is not to be known. Those that idle may be shut as well: HTTP allows it
    at any time (RFC 9112 §9.5). With `drip`, also those that still send, but were not answered for so long.
    """
    if not sys.platform.startswith("linux"):
        return
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):  # it is no socket, or has gone
            with socket.socket(fileno=os.dup(int(name))) as connection:
                if connection.type == socket.SOCK_STREAM and _peer(connection) == _canonical_address(address):
                    sent, received = _silence(connection)
                    if sent > seconds and (drip or received > seconds):
                        connection.shutdown(socket.SHUT_RD)


def _silence(connection: socket.socket) -> tuple[float, float]:
    """Seconds since something was sent, and since something was received."""
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, IDLE_TIMES.size)
    sent, _, received = IDLE_TIMES.unpack(info)
    return sent / 1000, received / 1000


def _peer(connection: socket.socket) -> str:
    name = connection.getpeername()
    return _canonical_address(name[0]) if isinstance(name, tuple) else ""


def _canonical_address(address: str) -> str:
    """One spelling for an address, also for an IPv4 one that is written as IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(getattr(found, "ipv4_mapped", None) or found)
