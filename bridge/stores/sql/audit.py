"""The audit trail: what sign-ins leave behind, and what is counted of it."""

import json
import threading
from collections import deque
from multiprocessing import util
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, insert

from bridge.domain.activity import reason_of
from bridge.domain.audit import EVENTS_OF_STRANGERS
from bridge.domain.events import ACTIVITY_EVENTS
from bridge.errors import StoreUnavailable
from bridge.ports.basics import Counters
from bridge.stores.sql.engine import writing
from bridge.stores.sql.tables import audit
from bridge.stores.sql.tally import Tally

WRITTEN_WITHIN = 1.0  # seconds after the event
AGAIN_AFTER = 5.0  # seconds, while SQL is away
MAX_WAITING = 10_000  # rows in memory, a few hundred bytes each; those beyond are counted
MAX_BATCH = 1_000  # rows of one transaction
# Of what anybody can cause without signing in, in one process: so many at once, and so many a second.
STRANGERS_AT_ONCE = 600
STRANGERS_A_SECOND = 1.0
WRITER = "audit"  # the name of the thread
SEARCHED = {"client_id": 255, "request_id": 64, "login": 32, "grant_id": 128}  # and their lengths, as tables'
MAX_REASON = 64  # characters


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
        self._tally = Tally()
        self._strangers = _Share(), _Share()  # of rows that are recorded, and of those that are noted
        self._timer: threading.Timer | None = None
        self._at_exit: Any = None

    def record(self, event: str, now: int, **facts: str) -> None:
        """Keep one event; `facts` are ids and codes. Strangers' events beyond their share are counted alone.

        One browser can repeat some of them without an end, and each row stays for months (DESIGN §6.21).
        """
        if event in EVENTS_OF_STRANGERS and not self._strangers_may(0, now):
            self._counters.add("audit.unrecorded")
            return
        row = _row(event, now, facts)
        statement = insert(audit).values(row)
        writing(self._engine, lambda connection: connection.execute(statement).close())
        if row["kind"] is not None:
            with self._lock:
                self._count(row)

    def note(self, event: str, now: int, **facts: str) -> None:
        """Keep one event soon; nothing is asked of SQL now.

        Strangers' events have a share of their own here too: whoever has refusals written by the thousand
        takes no row from a sign-in, nor from what is recorded.
        """
        if event in EVENTS_OF_STRANGERS and not self._strangers_may(1, now):
            self._counters.add("audit.unrecorded")
            return
        row = _row(event, now, facts)
        with self._lock:
            full = len(self._waiting) >= MAX_WAITING
            if not full:
                self._waiting.append(row)
                self._count(row)
        if full:
            self._counters.add("audit.unrecorded")

    def called(self, operation: str, now: int, milliseconds: int, *, failed: bool) -> None:
        """Count a call to CamDigiKey, by the hour."""
        with self._lock:
            self._tally.add_call(operation, now, milliseconds, failed=failed)
            self._wake(WRITTEN_WITHIN)

    def flush(self) -> None:
        """Write what waits. Raises StoreUnavailable; then it waits on."""
        while self._write_some():
            pass

    def _write_some(self) -> bool:
        """Write a batch, and what was counted; whether there was anything. Raises StoreUnavailable."""
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(MAX_BATCH, len(self._waiting)))]
            tally, self._tally = self._tally, Tally()
        if not batch and not tally:
            return False
        try:
            writing(self._engine, lambda connection: _insert(connection, batch, tally))
        except BaseException:
            with self._lock:
                self._waiting.extendleft(reversed(batch))
                self._tally.merge(tally)
            raise
        return True

    def _count(self, row: dict[str, Any]) -> None:
        """Under the lock."""
        self._tally.add(row)
        self._wake(WRITTEN_WITHIN)

    def _strangers_may(self, share: int, now: int) -> bool:
        """Whether one more of their rows may be written; it counts."""
        with self._lock:
            return self._strangers[share].take(now)

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
                if self._waiting or self._tally:
                    self._wake(again)

    def _last_flush(self) -> None:
        try:
            self.flush()
        except StoreUnavailable:
            structlog.get_logger().error("audit.unrecorded", rows=len(self._waiting))


class _Share:
    """So many at once, and so many a second."""

    def __init__(self) -> None:
        self._left, self._at = float(STRANGERS_AT_ONCE), 0

    def take(self, now: int) -> bool:
        """Whether one more is within it; it counts. A clock that steps back gives nothing."""
        left = min(STRANGERS_AT_ONCE, self._left + max(0, now - self._at) * STRANGERS_A_SECOND)
        may = left >= 1
        self._left, self._at = left - may, max(self._at, now)
        return may


def _insert(connection: Connection, rows: list[dict[str, Any]], tally: Tally) -> None:
    """One transaction, so that a row that is there is counted, and once."""
    if rows:
        connection.execute(insert(audit), rows).close()
    tally.write(connection)


def _row(event: str, now: int, facts: dict[str, str]) -> dict[str, Any]:
    """A row: the facts whole, and what is searched of them once more in columns.

    The reference number is that of the request which is answered, as in each line of the log.
    """
    known = {"request_id": structlog.contextvars.get_contextvars().get("request_id", ""), **facts}
    searched = {name: _searched(known.get(name, ""), length) for name, length in SEARCHED.items()}
    return {
        "at": now,
        "event": event,
        "kind": ACTIVITY_EVENTS.get(event),
        "reason": _searched(reason_of(facts), MAX_REASON),
        "facts": json.dumps(facts, sort_keys=True),
        **searched,
    }


def _searched(text: str, length: int) -> str | None:
    """A text as its column takes it; a client_id that is only claimed may be anything."""
    if text.isprintable():
        return text[:length] or None
    return "".join(letter for letter in text[:length] if letter.isprintable()) or None
