"""How often a process looks whether something has changed, beyond the regular times."""

from collections.abc import Callable
from threading import Lock

LOOKS_AT_ONCE = 10  # for clients that are not there, or not as they are wanted, beyond the regular look
LOOKS_A_SECOND = 5


class Looks:
    """How often may be looked beyond the regular times: what strangers make up costs a few looks a second."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._left = float(LOOKS_AT_ONCE)
        self._at = clock()

    def allowed(self) -> bool:
        """Whether one more is; it counts."""
        with self._lock:
            now = self._clock()
            self._left = min(LOOKS_AT_ONCE, self._left + (now - self._at) * LOOKS_A_SECOND)
            self._at = now
            if self._left < 1:
                return False
            self._left -= 1
            return True
