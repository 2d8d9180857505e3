"""Values of SQL that a process keeps in memory, and how it notices that they changed."""

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


def bump_version(connection: Connection, name: str) -> int:
    """The next version of `name`. First in every transaction that writes: its row keeps other writers out."""
    statement = update(versions).where(versions.c.name == name).values(number=versions.c.number + 1)
    return int(connection.execute(statement.returning(versions.c.number)).scalar_one())


class Watched(Generic[Value]):
    """A value read from SQL, and read again when its version has changed.

    One thread asks for the version at most every `every` seconds; the others use the value they have. While
    SQL is away all do, once the value has been read.
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
        """The value, after a check of its version where due. StoreUnavailable until it was read once."""
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

    def look(self) -> Value:
        """The value, after a check of its version now; while SQL is away, what was known before.

        For who bounds how often. StoreUnavailable until it was read once.
        """
        with self._lock:
            try:
                return self._refreshed(self._known)[1]
            except StoreUnavailable:
                if self._known is None:
                    raise
                return self._known[1]

    def read_again(self) -> None:
        """To be called after a write of this process, so that it sees at once what it wrote."""
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
