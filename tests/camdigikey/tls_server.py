"""A TLS server that wants a client's certificate and answers each request as the test says."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.camdigikey.authorities import Pair

Answer = bytes | Callable[[ssl.SSLSocket], None]


def http(body: bytes = b"{}", status: str = "200 OK", head: str = "") -> bytes:
    """An answer with its length."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{head}\r\n".encode() + body


@dataclass
class TlsServer:
    """`answer` decides what each request gets: bytes to send, or a function that is given the socket."""

    context: ssl.SSLContext
    answer: Callable[[bytes], Answer]
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    closed_by_us: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

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
        with contextlib.suppress(OSError), self.context.wrap_socket(raw, server_side=True) as sock:
            while request := _read(sock):
                self.requests.append(request)
                answer = self.answer(request)
                if callable(answer):
                    answer(sock)
                    break
                sock.sendall(answer)
                if b"Connection: close" in answer.split(b"\r\n\r\n")[0]:
                    break
        raw.close()
        self.closed_by_us.release()


def _read(sock: ssl.SSLSocket) -> bytes:
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


@contextlib.contextmanager
def serving(
    pair: Pair, above: Pair, clients: Pair, answer: Callable[[bytes], Answer] = lambda _: http()
) -> Iterator[TlsServer]:
    """A server with this certificate, for clients whose certificate is under `clients`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=_pem(clients).decode())
    private: Any = pair.key
    key = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    memory = os.memfd_create("server")
    os.write(memory, key + _pem(pair) + _pem(above))
    context.load_cert_chain(f"/proc/self/fd/{memory}")
    os.close(memory)
    server = TlsServer(context, answer)
    try:
        yield server
    finally:
        server.close()


def _pem(pair: Pair) -> bytes:
    return pair.certificate.public_bytes(Encoding.PEM)
