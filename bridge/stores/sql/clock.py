"""The time that all instances share: the database's.

Instances write times that others compare: when a code dies, when a Session was opened, from when a signing
key signs. Their machines' clocks may differ by minutes, or be set back; so each process asks the database
what time it is, every two seconds, and goes on from there by a clock that nobody sets (CLOCK_BOOTTIME, which
also runs while the machine sleeps). Commands do the same, and need no Redis for it. With SQLite it is the
machine's own time.
"""

import time
from collections.abc import Callable
from threading import Lock

import structlog
from sqlalchemy import Engine, text

from bridge.stores.sql.engine import reading

DIFFERS = 5.0  # seconds between this machine's clock and the database's that are told
TRUSTED_WITHIN = 1.0  # seconds; an answer that took longer says too little of what time it is
_NOW = {
    "postgresql": "SELECT CAST(extract(epoch FROM clock_timestamp()) AS double precision)",
    "sqlite": "SELECT (julianday('now') - 2440587.5) * 86400.0",
}
CLOCK_DIFFERS = "clock.differs"


def database_time(engine: Engine) -> float:
    """What time it is for the database, in epoch seconds. Raises StoreUnavailable."""
    with reading(engine) as connection:
        return float(connection.execute(text(_NOW[engine.dialect.name])).scalar_one())


def _steady() -> float:
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class SharedClock:
    """ports.Clock by the database's time, as it was measured last; before that, the machine's.

    `local` and `steady` are the machine's clock and one that nobody sets, both in seconds. `tells`: the log
    says when the machine's clock differs.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        local: Callable[[], float] = time.time,
        steady: Callable[[], float] = _steady,
        tells: bool = True,
    ) -> None:
        self._engine = engine
        self._local = local
        self._steady = steady
        self._lock = Lock()
        self._ahead: float | None = None  # of `steady`
        self._told = False
        self._tells = tells

    def __call__(self) -> float:
        """The time now, in epoch seconds; nothing is asked."""
        ahead = self._ahead
        return self._local() if ahead is None else self._steady() + ahead

    def differs_by(self) -> float:
        """Seconds that this machine's own clock is ahead of the shared time."""
        return self._local() - self()

    def measure(self) -> None:
        """Ask the database what time it is. Raises StoreUnavailable; then it goes on as before.

        A slow answer is taken only where there was none before.
        """
        began = self._steady()
        found = database_time(self._engine)
        took = self._steady() - began
        with self._lock:
            if took <= TRUSTED_WITHIN or self._ahead is None:
                self._ahead = found - (began + took / 2)
        self._tell()

    def _tell(self) -> None:
        """A line in the log when the machine's clock begins to differ; the shared time holds all the same."""
        by = self.differs_by()
        differs = abs(by) > DIFFERS
        if self._tells and differs and not self._told:
            structlog.get_logger().warning(
                CLOCK_DIFFERS, seconds=round(by), mend="Set both clocks, this one's and SQL's (NTP)."
            )
        self._told = differs
