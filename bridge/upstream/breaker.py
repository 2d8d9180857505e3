"""A circuit breaker: a server that keeps failing is not called for a while; then a single call tries it."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from bridge.errors import UpstreamUnavailable

Result = TypeVar("Result")


class Breaker:
    """For one operation; safe to share among threads.

    Closed, it lets all calls through. After `max_failures` failures in a row it opens: for `pause` seconds
    all calls are refused at once. Then one call, the probe, is let through; it closes the breaker or opens it
    for another pause. `is_failure` tells which errors are the server's: one that the sender's own token
    caused is none, it shows that the server works. `is_neutral` tells which say nothing about the server.
    """

    def __init__(
        self,
        *,
        is_failure: Callable[[Exception], bool],
        is_neutral: Callable[[Exception], bool],
        max_failures: int = 5,
        pause: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._is_failure = is_failure
        self._is_neutral = is_neutral
        self._max_failures = max_failures
        self._pause = pause
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0  # in a row
        self._next_try = 0.0  # while open: when a probe may pass
        self._probing = False

    def call(self, work: Callable[[], Result]) -> Result:
        """What `work` returns or raises. Raises UpstreamUnavailable without asking while it is open."""
        probe = self._enter()
        try:
            result = work()
        except Exception as error:
            self._leave(probe, None if self._is_neutral(error) else not self._is_failure(error))
            raise
        except BaseException:  # the thread is being ended: that says nothing about the server
            self._leave(probe, None)
            raise
        self._leave(probe, True)
        return result

    def _enter(self) -> bool:
        """Whether this call is the probe."""
        with self._lock:
            if self._failures < self._max_failures:
                return False
            if self._probing or self._clock() < self._next_try:
                raise UpstreamUnavailable("it has not answered for a while, and is left alone")
            self._probing = True
            return True

    def _leave(self, probe: bool, answered: bool | None) -> None:
        """Count how a call ended; `answered` is None when that says nothing about the server."""
        with self._lock:
            if probe:
                self._probing = False
            if answered:
                self._failures = 0
            elif answered is False:
                self._failures += 1
                if self._failures >= self._max_failures:
                    self._next_try = self._clock() + self._pause
