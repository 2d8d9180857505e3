"""The way to SQL: engines for both databases, transactions, and one error for a server that is away."""

import importlib.util
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from bridge.errors import ConfigError, StoreUnavailable
from bridge.stores.sql import postgresql
from bridge.stores.sql.tables import versions

Result = TypeVar("Result")
SQLITE_TIMEOUT = 5.0  # seconds to wait while another process writes
POSTGRESQL_TIMEOUT = 0.8  # seconds to wait for a server that may be away
_RETRY_STATES = ("40001", "40P01")  # serialization failure, deadlock (PostgreSQL, appendix A)
_NO_TABLE = "42P01"  # not migrated yet; SQLite raises an OperationalError for it
_MAX_ATTEMPTS = 3


def connect(url: str, *, pool_size: int = 8, timeout: float | None = None) -> Engine:
    """The engine of a URL; nothing is opened yet. `timeout` in seconds. Raises ValueError for others.

    `sqlite:///path` or `postgresql://user:password@host/name`; a `postgres://` address is taken as well.
    """
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
    begin = connection.get_execution_options().get("sqlite_begin", "BEGIN IMMEDIATE")
    if begin:
        connection.exec_driver_sql(begin)


class _Collided(StoreUnavailable):
    """The database rolled this transaction back because it collided with another one."""


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection for single statements that only read: no transaction, so no round trip for one."""
    alone = {"sqlite": {"sqlite_begin": ""}, "postgresql": {"isolation_level": "AUTOCOMMIT"}}
    with _translated(), engine.connect().execution_options(**alone[engine.dialect.name]) as connection:
        yield connection


def writing(engine: Engine, step: Callable[[Connection], Result]) -> Result:
    """What `step` returns, done in one transaction; tried again when it collided with another one.

    Single statements are sent in a transaction too: without one, a server that hangs might still carry it out
    after we gave up and answered that it failed.
    """
    for _ in range(_MAX_ATTEMPTS):
        with suppress(_Collided), _translated():
            with engine.begin() as connection:
                return step(connection)
    raise StoreUnavailable("SQL: transactions kept colliding")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, InternalError, ProgrammingError, PoolTimeout) as error:
        state = getattr(getattr(error, "orig", None), "sqlstate", None)
        if state in _RETRY_STATES:
            raise _Collided("SQL: transactions collided") from error
        if isinstance(error, ProgrammingError) and state != _NO_TABLE:
            raise
        raise StoreUnavailable(f"SQL: {type(error).__name__}") from error


def health_check(engine: Engine) -> Callable[[], None]:
    """A HealthCheck: SQL answers, and its tables are there."""

    def checked() -> None:
        with reading(engine) as connection:
            connection.execute(select(versions.c.number)).first()

    return checked


def dialect_insert(connection: Connection, table: Any) -> Any:
    """INSERT with ON CONFLICT, which both databases have under a module of their own."""
    module = {"sqlite": sqlite_insert, "postgresql": postgresql_insert}[connection.dialect.name]
    return module(table)
