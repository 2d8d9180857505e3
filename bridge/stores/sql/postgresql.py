"""PostgreSQL with a time limit for every wait: a request must not hang because the server does.

psycopg has no limit for an answer, and none below two seconds for a connection. The driver is taken from
SQLAlchemy's dialect, because it is an extra that not every installation has.
"""

import select
import time
from collections.abc import Callable, Generator
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError

ALONE = "alone"  # the execution option of a connection whose statements stand alone, without a transaction


def engine_of(address: URL, pool_size: int, timeout: float) -> Engine:
    """The engine of an address; `timeout` (seconds) bounds connecting, statements and waits for locks.

    A pooler between us and the server (pgbouncer) takes no limits at the start of a connection, may give each
    transaction another server, and so knows no prepared statement of ours. There limits are set in each
    transaction, and nothing is prepared; whether there is one is found out at the start of a connection.
    """
    engine = create_engine(
        address,
        connect_args={"autocommit": True},  # we say BEGIN ourselves
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=timeout,
        hide_parameters=True,
    )
    limits = () if "options" in address.query else ("statement_timeout", "lock_timeout")
    # 0.1 s more than the server's own limits, so that its answer about them comes before we give up.
    connect = _bounded_connect(engine.dialect.import_dbapi(), timeout + 0.1)
    settings = [f"{name} = {int(timeout * 1000)}" for name in limits]

    def connected(_dialect: object, _record: object, args: Any, options: Any) -> Any:
        connection = connect(*args, **options)
        try:
            _set_up(connection, "; ".join(f"SET {setting}" for setting in settings))
        except BaseException:
            connection.close()
            raise
        return connection

    event.listen(engine, "do_connect", connected)
    event.listen(engine, "checkout", _check_still_open)
    event.listen(
        engine, "begin", _begin("; ".join(["BEGIN", *(f"SET LOCAL {setting}" for setting in settings)]))
    )
    return engine


def _set_up(connection: Any, limits: str) -> None:
    """Find out whether a pooler answers for the server: then the number of our backend is not its own."""
    (backend,) = connection.execute("SELECT pg_backend_pid()", prepare=False).fetchone()
    connection.pooled = backend != connection.info.backend_pid
    if connection.pooled:
        connection.prepare_threshold = None
    elif limits:
        connection.execute(limits)


def _begin(with_limits: str) -> Callable[[Connection], None]:
    """Begin a transaction, in one round trip; behind a pooler for single statements too, for the limits."""

    def begin(connection: Connection) -> None:
        if getattr(connection.connection.dbapi_connection, "pooled", False):
            connection.exec_driver_sql(with_limits)
        elif not connection.get_execution_options().get(ALONE):
            connection.exec_driver_sql("BEGIN")

    return begin


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
        pooled = False

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
