"""PostgreSQL with a time limit for every wait: a request must not hang because the server does.

psycopg has no limit for an answer, and none below two seconds for a connection. The driver is taken from
SQLAlchemy's dialect, because it is an extra that not every installation has.
"""

import select
import time
from collections.abc import Callable, Generator
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError


def engine_of(address: URL, pool_size: int, timeout: float) -> Engine:
    """The engine of an address; `timeout` (seconds) bounds connecting, statements and waits for locks."""
    milliseconds = int(timeout * 1000)
    limits = {"options": f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds}"}
    engine = create_engine(
        address,
        connect_args={} if "options" in address.query else limits,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=timeout,
        hide_parameters=True,
    )
    # 0.1 s more than the server's own limits, so that its answer about them comes before we give up.
    connect = _bounded_connect(engine.dialect.import_dbapi(), timeout + 0.1)
    event.listen(engine, "do_connect", lambda _dialect, _record, args, options: connect(*args, **options))
    event.listen(engine, "checkout", _check_still_open)
    return engine


def _check_still_open(connection: Any, _record: object, _proxy: object) -> None:
    """A pooled connection with something to read was closed by the server. Costs no round trip."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        raise DisconnectionError


def _bounded_connect(psycopg: Any, limit: float) -> Callable[..., Any]:
    """psycopg's `connect`, for connections that wait `limit` seconds at most for anything."""
    active = psycopg.pq.TransactionStatus.ACTIVE

    class BoundedConnection(psycopg.Connection):  # type: ignore[misc]  # -- its class is only known at run time
        def wait(self, steps: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
            try:
                return super().wait(steps, interval, limit if timeout is None else timeout)
            except psycopg.OperationalError:
                if self.pgconn.transaction_status == active:  # a late answer would be taken for another's
                    self.pgconn.finish()
                raise

        @classmethod
        def _connect_gen(cls, conninfo: str = "") -> Any:
            return _with_deadline(limit, super()._connect_gen(conninfo), psycopg.OperationalError)

    connect: Callable[..., Any] = BoundedConnection.connect
    return connect


def _with_deadline(
    limit: float, steps: Generator[Any, Any, Any], error: type[Exception]
) -> Generator[Any, Any, Any]:
    """The same steps; raises `error` after `limit` seconds. While psycopg waits, it sends 0 at intervals."""
    deadline = time.monotonic() + limit
    try:
        step = next(steps)
        while True:
            ready = yield step
            if not ready and time.monotonic() > deadline:
                raise error("no connection in time")
            step = steps.send(ready)
    except StopIteration as end:
        return end.value
