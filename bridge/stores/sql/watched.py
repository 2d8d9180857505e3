"""What a process keeps of SQL in memory, and how it hears that it changed."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy import Connection, Engine, select, update

from bridge.errors import StoreUnavailable
from bridge.stores.sql.engine import reading
from bridge.stores.sql.tables import versions

Value = TypeVar("Value")
CHECK_EVERY = 3.0  # seconds


def moved_on(connection: Connection, name: str) -> int:
    """The next version of `name`. First in every writing transaction: the row is the writers' lock, too."""
    bumped = update(versions).where(versions.c.name == name).values(number=versions.c.number + 1)
    return int(connection.execute(bumped.returning(versions.c.number)).scalar_one())


class Watched(Generic[Value]):
    """A value read from SQL, read again when its version moved on.

    The version is asked at most every `every` seconds, by one thread; the others go on with what is known. So
    does everybody while SQL is away, as soon as there is something to go on with.
    """

    def __init__(
        self,
        engine: Engine,
        name: str,
        read: Callable[[Connection], Value],
        *,
        every: float = CHECK_EVERY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._name = name
        self._read = read
        self._every = every
        self._clock = clock
        self._lock = Lock()
        self._known: tuple[int, Value] | None = None
        self._check_at = 0.0

    def value(self) -> Value:
        """What is known, after a look at the version where that is due. Raises StoreUnavailable at first."""
        known = self._known
        if known is None:
            with self._lock:
                return (self._known or self._refreshed(None))[1]
        if self._clock() >= self._check_at and self._lock.acquire(blocking=False):
            try:
                known = self._refreshed(known)
            except StoreUnavailable:
                self._check_at = self._clock() + self._every
            finally:
                self._lock.release()
        return known[1]

    def read_again(self) -> None:
        """After a write of this process: what it wrote is seen at once."""
        with self._lock:
            self._known = None

    def _refreshed(self, known: tuple[int, Value] | None) -> tuple[int, Value]:
        self._check_at = self._clock() + self._every
        with reading(self._engine) as connection:
            number = connection.execute(
                select(versions.c.number).where(versions.c.name == self._name)
            ).scalar_one()
            if known is None or known[0] != number:
                known = (number, self._read(connection))
        self._known = known
        return known
