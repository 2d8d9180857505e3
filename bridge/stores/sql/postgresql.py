"""PostgreSQL in a hurry: no wait for its server is longer than the limit, and none is for nothing.

psycopg takes no limit for an answer, and none below two seconds for a connection; a server that hangs would
hang us. The driver comes from SQLAlchemy's dialect, for it is an extra that not every installation has.
"""

import select
import time
from collections.abc import Callable, Generator
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError

Steps = Generator[Any, Any, Any]


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
    hurried = _hurried(engine.dialect.import_dbapi(), timeout + 0.1)  # the server's own limit comes first
    event.listen(engine, "do_connect", lambda _dialect, _record, args, options: hurried(*args, **options))
    event.listen(engine, "checkout", _check_that_it_lives)
    return engine


def _check_that_it_lives(connection: Any, _record: object, _proxy: object) -> None:
    """A kept connection on which something can be read was closed by the server. Costs no round trip."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        raise DisconnectionError


def _hurried(psycopg: Any, limit: float) -> Callable[..., Any]:
    """psycopg's `connect`, for connections that wait `limit` seconds at most for anything."""
    active = psycopg.pq.TransactionStatus.ACTIVE

    class Hurried(psycopg.Connection):  # type: ignore[misc]  # -- its class is only known at run time
        def wait(self, steps: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
            try:
                return super().wait(steps, interval, limit if timeout is None else timeout)
            except psycopg.OperationalError:
                if self.pgconn.transaction_status == active:  # no answer came: it could come at any time now
                    self.pgconn.finish()
                raise

        @classmethod
        def _connect_gen(cls, conninfo: str = "") -> Any:
            return _within(limit, super()._connect_gen(conninfo), psycopg.OperationalError)

    connect: Callable[..., Any] = Hurried.connect
    return connect


def _within(
    limit: float, steps: Generator[Any, Any, Any], error: type[Exception]
) -> Generator[Any, Any, Any]:
    """The same steps; `error` when one is awaited after `limit` seconds. Sent nothing, it's a tick."""
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
