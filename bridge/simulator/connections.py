"""A server's open connections, so that they can be ended with it: a stopped simulator answers nobody."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Connections:
    """The connections that are open; safe to share among threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._ended = False

    @contextmanager
    def tracked(self, connection: socket.socket) -> Iterator[bool]:
        """Keep track of a connection while the block serves it; False when all have been ended already."""
        with self._lock:
            self._open.add(connection)
            ended = self._ended
        try:
            yield not ended
        finally:
            with self._lock:
                self._open.discard(connection)

    def end(self) -> None:
        """End them all; a thread that waits for a request reads an end of file."""
        with self._lock:
            self._ended = True
            for connection in self._open:
                with suppress(OSError):  # its other end has gone already
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)  # of the socket below TLS
