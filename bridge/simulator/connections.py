"""The connections of a server, so that its end is theirs too: a server that is gone answers nobody."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Connections:
    """Those that are open."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._over = False

    @contextmanager
    def known(self, one: socket.socket) -> Iterator[bool]:
        """While `one` is served; False where the end has come before."""
        with self._lock:
            self._open.add(one)
            over = self._over
        try:
            yield not over
        finally:
            with self._lock:
                self._open.discard(one)

    def end(self) -> None:
        """End them all; whoever waits for a request sees an end of file."""
        with self._lock:
            self._over = True
            for one in self._open:
                with suppress(OSError):  # its other end has gone already
                    socket.socket.shutdown(one, socket.SHUT_RDWR)  # the socket's own, below TLS
