"""The audit trail."""

import json
import threading
from collections import deque
from multiprocessing import util
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, insert

from bridge.domain.audit import EVENTS_OF_STRANGERS
from bridge.errors import StoreUnavailable
from bridge.ports.basics import Counters
from bridge.stores.sql.engine import writing
from bridge.stores.sql.tables import audit

WRITTEN_WITHIN = 1.0  # seconds after the event
AGAIN_AFTER = 5.0  # seconds, while SQL is away
MAX_WAITING = 10_000  # rows in memory, a few hundred bytes each; those beyond are counted
MAX_BATCH = 1_000  # rows of one transaction
# Of what anybody can cause without signing in, in one process: so many at once, and so many a second.
STRANGERS_AT_ONCE = 600
STRANGERS_A_SECOND = 1.0
WRITER = "audit"  # the name of the thread


class SqlAuditLog:
    """ports.AuditLog.

    What is noted waits in memory, and one thread writes it, many rows in one transaction: no request waits
    for it. The thread lives while something waits. A process that is killed loses a second of these rows.
    """

    def __init__(self, engine: Engine, counters: Counters) -> None:
        self._engine = engine
        self._counters = counters
        self._lock = threading.Lock()
        self._waiting: deque[dict[str, Any]] = deque()
        self._strangers = float(STRANGERS_AT_ONCE), 0  # rows left, and as of when
        self._timer: threading.Timer | None = None
        self._at_exit: Any = None

    def record(self, event: str, now: int, **facts: str) -> None:
        """Keep one event; `facts` are ids and codes. Strangers' events beyond their share are counted alone.

        One browser can repeat some of them without an end, and each row stays for months (DESIGN §6.21).
        """
        if event in EVENTS_OF_STRANGERS and not self._strangers_may(now):
            self._counters.add("audit.unrecorded")
            return
        row = insert(audit).values(_row(event, now, facts))
        writing(self._engine, lambda connection: connection.execute(row).close())

    def note(self, event: str, now: int, **facts: str) -> None:
        """Keep one event soon; nothing is asked of SQL now."""
        with self._lock:
            full = len(self._waiting) >= MAX_WAITING
            if not full:
                self._waiting.append(_row(event, now, facts))
                self._wake(WRITTEN_WITHIN)
        if full:
            self._counters.add("audit.unrecorded")

    def flush(self) -> None:
        """Write what waits. Raises StoreUnavailable; then it waits on."""
        while batch := self._taken():
            try:
                writing(self._engine, lambda connection: _insert(connection, batch))
            except BaseException:
                with self._lock:
                    self._waiting.extendleft(reversed(batch))
                raise

    def _strangers_may(self, now: int) -> bool:
        """Whether one more of their rows may be written; it counts."""
        with self._lock:
            left, at = self._strangers
            left = min(STRANGERS_AT_ONCE, left + max(0, now - at) * STRANGERS_A_SECOND)
            self._strangers = left - (left >= 1), max(at, now)
            return left >= 1

    def _wake(self, after: float) -> None:
        """Have a thread write soon, unless one will; under the lock."""
        if self._timer is not None:
            return
        timer = threading.Timer(after, self._write)
        timer.name, timer.daemon = WRITER, True
        try:
            timer.start()
        except RuntimeError:  # the system gives no more threads now; the next event tries again
            return
        self._timer = timer
        if self._at_exit is None:  # workers are forks of multiprocessing, which runs these at their end
            self._at_exit = util.Finalize(None, self._last_flush, exitpriority=20)

    def _write(self) -> None:
        """The thread: whatever happens, what waits is tried again."""
        again = WRITTEN_WITHIN
        try:
            self.flush()
        except StoreUnavailable:
            again = AGAIN_AFTER
            structlog.get_logger().warning("audit.waits", rows=len(self._waiting))
        except Exception as error:
            again = AGAIN_AFTER
            structlog.get_logger().error("audit.waits", rows=len(self._waiting), error=type(error).__name__)
        finally:
            with self._lock:
                self._timer = None
                if self._waiting:
                    self._wake(again)

    def _last_flush(self) -> None:
        try:
            self.flush()
        except StoreUnavailable:
            structlog.get_logger().error("audit.unrecorded", rows=len(self._waiting))

    def _taken(self) -> list[dict[str, Any]]:
        with self._lock:
            return [self._waiting.popleft() for _ in range(min(MAX_BATCH, len(self._waiting)))]


def _insert(connection: Connection, rows: list[dict[str, Any]]) -> None:
    connection.execute(insert(audit), rows).close()


def _row(event: str, now: int, facts: dict[str, str]) -> dict[str, Any]:
    return {"at": now, "event": event, "facts": json.dumps(facts, sort_keys=True)}
