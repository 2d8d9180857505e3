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
from tests.support import socket_server
from tests.support.socket_server import Answer, SocketServer, read_request


def http(body: bytes = b"{}", status: str = "200 OK", head: str = "") -> bytes:
    """An answer with its length, as CamDigiKey gives: JSON."""
    return socket_server.http(status, body, head)


@dataclass
class TlsServer(SocketServer):
    """It keeps a connection, as CamDigiKey does, until an answer or a function ends it."""

    closed_by_us: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def _serve(self, raw: socket.socket) -> None:
        super()._serve(raw)
        self.closed_by_us.release()

    def _converse(self, sock: socket.socket) -> None:
        while request := read_request(sock):
            answer = self._reply(sock, request)
            if answer is None or b"Connection: close" in answer.split(b"\r\n\r\n")[0]:
                break


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
