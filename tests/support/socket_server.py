"""A server on a real socket of loopback, which does to each connection as a test says."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

Answer = bytes | Callable[[socket.socket], None]


def http(status: str = "200 OK", body: bytes = b"", head: str = "") -> bytes:
    """An answer with its length."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{head}\r\n".encode() + body


@dataclass
class SocketServer:
    """`answer` decides what each request gets: bytes to send, or a function that is given the socket.

    A thread for each connection calls `_converse`, behind TLS where there is a context. `port` is one that is
    free, where none is said.
    """

    context: ssl.SSLContext | None
    answer: Callable[[bytes], Answer] = lambda _request: http()
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while not self.over.is_set():
            try:
                raw, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(raw,), daemon=True).start()

    def _serve(self, raw: socket.socket) -> None:
        with contextlib.suppress(OSError), self._secured(raw) as sock:
            self._converse(sock)
        raw.close()

    def _secured(self, raw: socket.socket) -> socket.socket:
        return self.context.wrap_socket(raw, server_side=True) if self.context else raw

    def _converse(self, sock: socket.socket) -> None:
        """What happens on a connection: here one request and its answer."""
        if request := read_request(sock):
            self._reply(sock, request)

    def _reply(self, sock: socket.socket, request: bytes) -> bytes | None:
        """Note the request and answer it; gives the bytes sent, or None where a function had the socket."""
        self.requests.append(request)
        answer = self.answer(request)
        if callable(answer):
            answer(sock)
            return None
        sock.sendall(answer)
        return answer


def read_request(sock: socket.socket) -> bytes:
    """One request with its body; empty at the end of the connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(65536)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [
        line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    ]
    while lengths and len(body) < int(lengths[0]):
        body += sock.recv(65536)
    return head + b"\r\n\r\n" + body
