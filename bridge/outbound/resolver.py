"""DNS look-ups with a time limit, which the system's resolver does not have."""

import queue
import socket
import threading
from collections.abc import Callable, Sequence

from bridge.ports.outbound import FetchError

MAX_UNDER_WAY = 32  # look-ups at a time, counting those that are no longer waited for
Resolve = Callable[[str, int], Sequence[str]]


def system_resolve(host: str, port: int) -> Sequence[str]:
    """All addresses of a name, in the system's order, each once. Raises OSError, UnicodeError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


class Resolver:
    """Looks names up, each in a thread of its own; one that takes too long is no longer waited for."""

    def __init__(self, resolve: Resolve = system_resolve) -> None:
        self._resolve = resolve
        self._places = threading.BoundedSemaphore(MAX_UNDER_WAY)

    def addresses(self, host: str, port: int, within: float) -> Sequence[str]:
        """All addresses of a name. Raises FetchError after `within` seconds, or when it has none."""
        if not self._places.acquire(blocking=False):
            raise FetchError("timeout", "too many names are being looked up")
        found: queue.SimpleQueue[Sequence[str]] = queue.SimpleQueue()
        threading.Thread(target=self._look_up, args=(host, port, found), daemon=True).start()
        try:
            return found.get(timeout=max(within, 0.001))
        except queue.Empty:
            raise FetchError("timeout", "its name could not be looked up in time") from None

    def _look_up(self, host: str, port: int, found: "queue.SimpleQueue[Sequence[str]]") -> None:
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError):
            addresses = ()
        finally:
            self._places.release()
        found.put(addresses)
