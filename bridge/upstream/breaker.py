"""A circuit breaker: a server that does not answer is left alone for a while, and then tried by one."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from bridge.errors import UpstreamUnavailable

Found = TypeVar("Found")


class Breaker:
    """For one operation; safe to share among threads.

    Closed it lets all calls pass. After `failures` failures in a row it opens: for `pause` seconds all calls
    are refused at once. Then one probe passes, and its end decides. `counts` says what a failure is: an error
    that the sender's own token earned is none, it proves that the server lives; `says_nothing` names errors
    that tell nothing of the server at all.
    """

    def __init__(
        self,
        *,
        counts: Callable[[Exception], bool],
        says_nothing: Callable[[Exception], bool],
        failures: int = 5,
        pause: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._counts = counts
        self._says_nothing = says_nothing
        self._most = failures
        self._pause = pause
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._next_try = 0.0  # while open: when a probe may pass
        self._probing = False

    def call(self, work: Callable[[], Found]) -> Found:
        """What `work` returns or raises. Raises UpstreamUnavailable without asking while it is open."""
        probe = self._enter()
        try:
            found = work()
        except Exception as error:
            self._leave(probe, None if self._says_nothing(error) else not self._counts(error))
            raise
        except BaseException:  # the thread is being ended: nothing was learnt
            self._leave(probe, None)
            raise
        self._leave(probe, True)
        return found

    def _enter(self) -> bool:
        """Whether this call is the probe."""
        with self._lock:
            if self._failed < self._most:
                return False
            if self._probing or self._clock() < self._next_try:
                raise UpstreamUnavailable("it has not answered for a while, and is left alone")
            self._probing = True
            return True

    def _leave(self, probe: bool, answered: bool | None) -> None:
        with self._lock:
            if probe:
                self._probing = False
            if answered:
                self._failed = 0
            elif answered is False:
                self._failed += 1
                if self._failed >= self._most:
                    self._next_try = self._clock() + self._pause
