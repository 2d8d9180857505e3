"""What stands in the bridge's place where it counts what a proxy sends, and over which connections."""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.proxies.kinds import Proxy, proxy
from tests.support.socket_server import SocketServer, read_request
from tests.support.socket_server import http as answer


@dataclass
class Recorder(SocketServer):
    """Keeps its connections open. `closed`: how many of them have come to their end."""

    closed: int = 0
    open: list[socket.socket] = field(default_factory=list)

    def _converse(self, sock: socket.socket) -> None:
        self.open.append(sock)
        try:
            while request := read_request(sock):
                self._reply(sock, request)
        finally:  # a reset is an end as well
            self.open.remove(sock)
            self.closed += 1

    def close_connections(self) -> None:
        """As a bridge does that ends."""
        for sock in list(self.open):
            with contextlib.suppress(OSError):  # it has just gone
                sock.shutdown(socket.SHUT_RDWR)

    def headers(self) -> http.client.HTTPMessage:
        """Those of the last request."""
        head = self.requests[-1].partition(b"\r\n")[2]
        return http.client.parse_headers(io.BytesIO(head))


@dataclass(frozen=True, slots=True)
class Recorded:
    """A proxy before a recorder."""

    proxy: Proxy
    bridge: Recorder


@contextmanager
def record(kind: str, head: str = "", changes: Mapping[str, str] | None = None) -> Iterator[Recorded]:
    """A proxy of this kind, and what it asks, while the block lasts. `head`: further lines of each answer."""
    bridge = Recorder(None, lambda _request: answer(body=b"hello", head=head))
    try:
        with proxy(kind, "localhost", bridge.port, changes) as running:
            yield Recorded(running, bridge)
    finally:
        bridge.close()
