"""Names into addresses within a time: the system's resolver has no limit of its own."""

import queue
import socket
import threading
from collections.abc import Callable, Sequence

from bridge.ports.outbound import FetchError

MAX_UNDER_WAY = 32  # look-ups at a time; those that nobody waits for any more count too
Resolve = Callable[[str, int], Sequence[str]]


def system_resolve(host: str, port: int) -> Sequence[str]:
    """All addresses of a name, in the system's order, each once. Raises OSError, UnicodeError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


class Resolver:
    """Looks names up in threads of their own, which are left behind when they take too long."""

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
