"""Whether this process can serve: SQL, Redis and keys, never CamDigiKey (DESIGN §6.14)."""

import queue
import threading
import time
from collections.abc import Mapping
from types import SimpleNamespace

from bridge.errors import BridgeError
from bridge.ports.basics import HealthCheck

WITHIN = 1.0  # seconds in which everything has to answer
_this_process = SimpleNamespace(leaving=False)


def leave(leaving: bool = True) -> None:
    """This process was told to end: it serves, and wants no more work. A signal's handler may call this."""
    _this_process.leaving = leaving


def readiness(checks: Mapping[str, HealthCheck], within: float = WITHIN) -> tuple[str, ...]:
    """The names of what is missing, in order; empty when ready. All are asked at once.

    `leaving` is missing a future: this process is about to end. `within` in seconds.
    """
    if _this_process.leaving:
        return ("leaving",)
    passed: queue.SimpleQueue[str] = queue.SimpleQueue()
    asked = [threading.Thread(target=_ask, args=(*one, passed), daemon=True) for one in checks.items()]
    for thread in asked:
        thread.start()
    deadline = time.monotonic() + within
    for thread in asked:
        thread.join(max(0.0, deadline - time.monotonic()))
    good = {passed.get() for _ in range(passed.qsize())}
    return tuple(name for name in checks if name not in good)


def _ask(name: str, check: HealthCheck, passed: "queue.SimpleQueue[str]") -> None:
    try:
        check()
    except BridgeError:
        return  # what did not pass is missing
    passed.put(name)
