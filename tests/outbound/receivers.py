"""Receivers on real sockets, with TLS of an authority of their own, that do as a test says."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme

from tests.support.socket_server import Answer, SocketServer

NAME = "receiver.example"


@dataclass
class Receiver(SocketServer):
    """One request on each connection. It notes which name was asked for in TLS (SNI)."""

    server_names: list[str | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.context:
            self.context.sni_callback = lambda _socket, name, _context: self.server_names.append(name)
        super().__post_init__()

    def url(self, path: str = "/", *, host: str = NAME) -> str:
        return f"{'https' if self.context else 'http'}://{host}:{self.port}{path}"


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
