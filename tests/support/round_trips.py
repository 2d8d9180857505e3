"""Counting what a request asks of Redis and SQL."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from bridge.stores.redis import Redis
from bridge.stores.sql import audit


@contextmanager
def count_round_trips(
    redis: Redis | None, engine: Engine | type[Engine] | None, *, versions: bool = False
) -> Iterator[Counter[str]]:
    """Count `redis` and `sql` round trips of all threads of this process while the block runs.

    A pipeline counts once, BEGIN not at all (it waits for nothing in SQLite; PostgreSQL's is the driver's),
    COMMIT neither; a script that Redis doesn't know yet counts once, too. The look for a new version of the
    clients and keys, every few seconds and no request's own, counts with `versions` alone. The class Engine
    means all of the process.
    """
    counter: Counter[str] = Counter()
    uncounted = ("BEGIN",) if versions else ("BEGIN", "SELECT versions.number")

    def counted(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        # The rows of the audit trail that are written after the answer, by a thread that nobody waits for.
        noted = threading.current_thread().name == audit.WRITER
        if not statement.startswith(uncounted) and not noted:
            counter["sql"] += 1

    if redis is not None:
        redis.on_round_trip = lambda: counter.update(redis=1)
    if engine is not None:
        event.listen(engine, "after_cursor_execute", counted)
    try:
        yield counter
    finally:
        if redis is not None:
            redis.on_round_trip = None
        if engine is not None:
            event.remove(engine, "after_cursor_execute", counted)
