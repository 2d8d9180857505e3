"""The way to SQL: engines for both databases, transactions, and one error for a server that is away."""

import importlib.util
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, insert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from bridge.errors import ConfigError, StoreUnavailable
from bridge.stores.sql import faults, postgresql
from bridge.stores.sql.postgresql import ALONE
from bridge.stores.sql.tables import spent_tokens

Result = TypeVar("Result")
SQLITE_TIMEOUT = 5.0  # seconds to wait while another process writes
POSTGRESQL_TIMEOUT = 0.8  # seconds to wait for a server that may be away
_MAX_ATTEMPTS = 3
OnFailure = Callable[[StoreUnavailable], None]


def connect(
    url: str, *, pool_size: int = 8, timeout: float | None = None, on_failure: OnFailure | None = None
) -> Engine:
    """The engine of a URL; nothing is opened yet. `timeout` in seconds. Raises ValueError for others.

    `sqlite:///path` or `postgresql://user:password@host/name`; a `postgres://` address is taken as well.
    `on_failure` is told of each StoreUnavailable.
    """
    engine = _engine(url, pool_size, timeout)
    event.listen(engine, "handle_error", _leave_what_is_useless)
    engine.update_execution_options(on_failure=on_failure)
    return engine


def _engine(url: str, pool_size: int, timeout: float | None) -> Engine:
    address = make_url(
        url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url
    )
    if address.get_backend_name() == "sqlite":
        return _sqlite(address, pool_size, timeout or SQLITE_TIMEOUT)
    if address.get_backend_name() == "postgresql":
        if importlib.util.find_spec("psycopg") is None:
            raise ConfigError(("PostgreSQL needs the bridge with its extra: `pip install '.[postgres]'`.",))
        address = address.set(drivername="postgresql+psycopg")
        return postgresql.engine_of(address, pool_size, timeout or POSTGRESQL_TIMEOUT)
    raise ValueError("the database is sqlite:///path or postgresql://user:password@host/name")


def _sqlite(address: URL, pool_size: int, timeout: float) -> Engine:
    engine = create_engine(
        address,
        connect_args={"timeout": timeout, "isolation_level": None},  # we say BEGIN ourselves
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=timeout,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.execute("PRAGMA foreign_keys = ON")  # WAL is set once, by the migration: the file keeps it


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once: SQLite does not wait for one that a transaction asks for later."""
    if not connection.get_execution_options().get(ALONE):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _leave_what_is_useless(context: ExceptionContext) -> None:
    """A server that says that it serves nobody is left with all connections to it (DESIGN §6.26).

    Behind one address another one may have taken its place, and kept connections would stay with the old one.
    """
    if faults.cause_of(context.original_exception) in faults.USELESS:
        context.is_disconnect = True


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection for single statements that only read: no transaction, so no round trip for one."""
    with translated(engine), engine.connect().execution_options(**{ALONE: True}) as connection:
        yield connection


def writing(engine: Engine, step: Callable[[Connection], Result]) -> Result:
    """What `step` returns, done in one transaction; tried again when it collided with another one.

    Single statements are sent in a transaction too: without one, a server that hangs might still carry it out
    after we gave up and answered that it failed.
    """
    for _ in range(_MAX_ATTEMPTS - 1):
        try:
            return _written(engine, step)
        except StoreUnavailable as error:
            if error.cause != "collided":
                raise
    return _written(engine, step)


def _written(engine: Engine, step: Callable[[Connection], Result]) -> Result:
    with translated(engine), engine.begin() as connection:
        return step(connection)


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """Whatever the driver raises becomes StoreUnavailable, or is a bug of ours and raised as it is."""
    try:
        yield
    except (SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as error:
        failure = faults.failure(error, engine.url)
        if failure is None:
            raise
        on_failure = engine.get_execution_options().get("on_failure")
        if on_failure is not None and failure.cause != "collided":
            on_failure(failure)
        raise failure from error


def health_check(engine: Engine) -> Callable[[], None]:
    """A HealthCheck: SQL answers, its tables are there, and take what a sign-in writes. Nothing stays."""

    def checked() -> None:
        with translated(engine), engine.connect() as connection, connection.begin() as transaction:
            row = {"digest": os.urandom(16).hex(), "spent_at": 0, "unsolicited": False}
            connection.execute(insert(spent_tokens).values(**row))
            transaction.rollback()

    return checked


def dialect_insert(database: Connection | Engine, table: Any) -> Any:
    """INSERT with ON CONFLICT, which both databases have under a module of their own."""
    module = {"sqlite": sqlite_insert, "postgresql": postgresql_insert}[database.dialect.name]
    return module(table)
