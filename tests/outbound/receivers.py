"""Receivers on real sockets, with TLS of an authority of their own, that do as a test says."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme

Answer = bytes | Callable[[socket.socket], None]
NAME = "receiver.example"


def http(status: str = "200 OK", body: bytes = b"", head: str = "") -> bytes:
    """An answer with its length."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{head}\r\n".encode() + body


@dataclass
class Receiver:
    """`answer` decides what each request gets: bytes to send, or a function that is given the socket."""

    context: ssl.SSLContext | None
    answer: Callable[[bytes], Answer] = lambda _request: http()
    requests: list[bytes] = field(default_factory=list)
    server_names: list[str | None] = field(default_factory=list)
    connections: int = 0
    port: int = 0  # one that is free, where none is said
    over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        if self.context:
            self.context.sni_callback = lambda _socket, name, _context: self.server_names.append(name)
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, path: str = "/", *, host: str = NAME) -> str:
        return f"{'https' if self.context else 'http'}://{host}:{self.port}{path}"

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
            if request := _read(sock):
                self.requests.append(request)
                answer = self.answer(request)
                if callable(answer):
                    answer(sock)
                else:
                    sock.sendall(answer)
        raw.close()

    def _secured(self, raw: socket.socket) -> socket.socket:
        return self.context.wrap_socket(raw, server_side=True) if self.context else raw


def _read(sock: socket.socket) -> bytes:
    """One request with its body; empty at the end of the connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(65536)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    while len(body) < int(fields.get(b"content-length", b"0")):
        body += sock.recv(65536)
    return head + b"\r\n\r\n" + body


class Authority:
    """A certification authority of the tests, and its certificate in a file."""

    def __init__(self, folder: Path) -> None:
        self._ca = trustme.CA()
        self.file = folder / "ca.pem"
        self._ca.cert_pem.write_to_path(str(self.file))

    @contextmanager
    def receiver(
        self, name: str = NAME, answer: Callable[[bytes], Answer] | None = None
    ) -> Iterator[Receiver]:
        """A receiver with a certificate for `name`, while the block lasts."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(name).configure_cert(context)
        with _kept(Receiver(context), answer) as receiver:
            yield receiver


@contextmanager
def plain_receiver(answer: Callable[[bytes], Answer] | None = None) -> Iterator[Receiver]:
    """One without TLS."""
    with _kept(Receiver(None), answer) as receiver:
        yield receiver


@contextmanager
def _kept(receiver: Receiver, answer: Callable[[bytes], Answer] | None) -> Iterator[Receiver]:
    receiver.answer = answer or receiver.answer
    try:
        yield receiver
    finally:
        receiver.close()
