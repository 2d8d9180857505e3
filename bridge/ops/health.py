"""Whether this process can serve: SQL, Redis and keys, never CamDigiKey (DESIGN §6.14)."""

import os
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
    """Not ready from now on, as this process is about to end; it still serves. For signal handlers too."""
    _this_process.leaving = leaving


def leaving() -> bool:
    """Whether this process is about to end."""
    return bool(_this_process.leaving)


def can_open_files() -> bool:
    """Whether this process can open one more file; without that it can hardly do anything."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        return False
    return True


def readiness(checks: Mapping[str, HealthCheck], within: float = WITHIN) -> tuple[str, ...]:
    """The names of the checks that did not pass, in order; empty when ready. All run at once.

    Before the end of this process it is `leaving` alone, and `files` alone where it can open none.
    `within`: seconds that the checks have.
    """
    if _this_process.leaving:
        return ("leaving",)
    if not can_open_files():
        return ("files",)
    passed: queue.SimpleQueue[str] = queue.SimpleQueue()
    threads = [
        threading.Thread(target=_run_check, args=(name, check, passed), daemon=True)
        for name, check in checks.items()
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + within
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    ready = {passed.get() for _ in range(passed.qsize())}
    return tuple(name for name in checks if name not in ready)


def _run_check(name: str, check: HealthCheck, passed: "queue.SimpleQueue[str]") -> None:
    try:
        check()
    except BridgeError:
        return  # its name is not among those that passed
    passed.put(name)
