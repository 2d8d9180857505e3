"""Whether this process can serve: SQL, Redis and keys, writing included, never CamDigiKey (DESIGN §6.14).

One probe a process asks every two seconds, and requests read its result: however many ask, a store is asked
once. The probe also finds connections that live but are useless, before a person does.
"""

import os
import threading
import time
from collections.abc import Mapping
from types import SimpleNamespace

from bridge.errors import BridgeError, StoreUnavailable, UnknownMasterKey
from bridge.ops import logs
from bridge.ports.basics import HealthCheck

EVERY = 2.0  # seconds between two probes
WITHIN = 1.0  # seconds in which everything has to answer
STALE = 2 * (EVERY + WITHIN)  # seconds; an older result counts as none: the probe's thread has ended
SILENT = "timeout"  # the reason of a check that has not answered
_TOLD = (StoreUnavailable, UnknownMasterKey)  # failures that say what mends them
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


class Readiness:
    """What keeps this process from serving. Threads share it; `start` in the process that serves."""

    def __init__(self, checks: Mapping[str, HealthCheck], within: float = WITHIN) -> None:
        self._checks = tuple(_Check(name, check) for name, check in checks.items())
        self._within = within
        self._probing = threading.Lock()
        self._found: Mapping[str, str] = {}
        self._found_at: float | None = None
        self._running: tuple[int, threading.Thread] | None = None  # and the process that it belongs to
        self._stopping = threading.Event()

    def start(self, every: float = EVERY) -> None:
        """Probe from now on, in a thread of its own; once a process, after any fork."""
        if self._running is not None and self._running[0] == os.getpid() and self._running[1].is_alive():
            return
        thread = threading.Thread(target=self._probe_for_ever, args=(every,), name="readiness", daemon=True)
        self._running = os.getpid(), thread
        thread.start()

    def stop(self) -> None:
        """End the thread that probes."""
        self._stopping.set()
        if self._running is not None:
            self._running[1].join(2 * self._within)

    def missing(self) -> Mapping[str, str]:
        """The checks that did not pass, in order, each with its reason; empty when ready.

        Before the end of this process it is `leaving` alone, and `files` alone where it can open none. Where
        no probe runs it is asked now.
        """
        if _this_process.leaving:
            return {"leaving": "ending"}
        if not can_open_files():
            return {"files": "none can be opened"}
        if self._found_at is None or time.monotonic() - self._found_at > STALE:
            self._probe()
        return self._found

    def _probe_for_ever(self, every: float) -> None:
        while not self._stopping.wait(every if self._found_at is not None else 0.0):
            try:
                self._probe(anew=True)
            except Exception:  # whatever happens, the next probe comes
                logs.logger().exception("readiness.failed")
                self._stopping.wait(every)

    def _probe(self, anew: bool = False) -> None:
        with self._probing:  # who waited for it takes what the other one found
            if not anew and self._found_at is not None and time.monotonic() - self._found_at <= STALE:
                return
            for check in self._checks:
                check.begin()
            deadline = time.monotonic() + self._within
            found = {check.name: fault for check in self._checks if (fault := check.fault(deadline))}
            before, self._found = self._found, found
            self._found_at = time.monotonic()
        if found != before:
            _tell(self._checks, found)


def readiness(checks: Mapping[str, HealthCheck], within: float = WITHIN) -> tuple[str, ...]:
    """The names of the checks that do not pass now, in order; empty when ready."""
    return tuple(Readiness(checks, within).missing())


class _Check:
    """One check, run in a thread of its own; one that hangs is not begun again before it has ended."""

    def __init__(self, name: str, check: HealthCheck) -> None:
        self.name = name
        self.failure: BridgeError | None = None
        self._check = check
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Ask, unless the last one still waits for its answer."""
        if self._thread is None or not self._thread.is_alive():
            thread = threading.Thread(target=self._run, daemon=True)
            try:
                thread.start()
            except RuntimeError:
                self._thread, self.failure = None, BridgeError("no thread can be started")
            else:
                self._thread = thread

    def fault(self, deadline: float) -> str | None:
        """Why it did not pass until then; None: it did."""
        if self._thread is not None:
            self._thread.join(max(0.0, deadline - time.monotonic()))
            if self._thread.is_alive():
                return SILENT
        if self.failure is None:
            return None
        return self.failure.cause if isinstance(self.failure, _TOLD) else type(self.failure).__name__

    def _run(self) -> None:
        try:
            self._check()
        except BridgeError as error:
            self.failure = error
        except Exception as error:  # a bug of ours: its place is logged, and it did not pass
            logs.logger().exception("readiness.failed", check=self.name)
            self.failure = BridgeError(type(error).__name__)
        else:
            self.failure = None


def _tell(checks: tuple[_Check, ...], found: Mapping[str, str]) -> None:
    """A line in the log for each change: what is missing and why, or that all is there."""
    if not found:
        logs.logger().info("ready")
    for check in checks:
        if check.name in found:
            failure = check.failure
            facts = failure.facts if isinstance(failure, _TOLD) else {"cause": found[check.name]}
            logs.logger().error("not_ready", check=check.name, **facts)
