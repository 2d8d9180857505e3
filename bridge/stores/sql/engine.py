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
SQLITE_TIMEOUT = 5.0  # seconds to wait for the one writer, who is never away, only busy
POSTGRESQL_TIMEOUT = 0.8  # seconds to wait for a server that may be away
_TRY_AGAIN = ("40001", "40P01")  # serialization failure, deadlock (PostgreSQL, appendix A)
_NO_TABLE = "42P01"  # not migrated yet, which SQLite calls an operational error
_ATTEMPTS = 3


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
        connect_args={"timeout": timeout, "isolation_level": None},  # BEGIN is ours to say
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
    """Writers take their lock at once: one taken later could not wait for another writer."""
    begin = connection.get_execution_options().get("sqlite_begin", "BEGIN IMMEDIATE")
    if begin:
        connection.exec_driver_sql(begin)


class _TryAgain(StoreUnavailable):
    """Two transactions collided; the database undid this one."""


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection for single statements that only read: no transaction, so no round trip for one."""
    alone = {"sqlite": {"sqlite_begin": ""}, "postgresql": {"isolation_level": "AUTOCOMMIT"}}
    with _translated(), engine.connect().execution_options(**alone[engine.dialect.name]) as connection:
        yield connection


def writing(engine: Engine, step: Callable[[Connection], Result]) -> Result:
    """What `step` returns, done in one transaction; tried again when the database wants that.

    A single statement too: a server that hangs would do it later, when we have said already that it failed.
    """
    for _ in range(_ATTEMPTS):
        with suppress(_TryAgain), _translated():
            with engine.begin() as connection:
                return step(connection)
    raise StoreUnavailable("SQL: transactions kept colliding")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, InternalError, ProgrammingError, PoolTimeout) as error:
        state = getattr(getattr(error, "orig", None), "sqlstate", None)
        if state in _TRY_AGAIN:
            raise _TryAgain("SQL: transactions collided") from error
        if isinstance(error, ProgrammingError) and state != _NO_TABLE:
            raise
        raise StoreUnavailable(f"SQL: {type(error).__name__}") from error


def check(engine: Engine) -> Callable[[], None]:
    """A HealthCheck: SQL answers, and its tables are there."""

    def checked() -> None:
        with reading(engine) as connection:
            connection.execute(select(versions.c.number)).first()

    return checked


def dialect_insert(connection: Connection, table: Any) -> Any:
    """INSERT with ON CONFLICT, which both databases have under a module of their own."""
    module = {"sqlite": sqlite_insert, "postgresql": postgresql_insert}[connection.dialect.name]
    return module(table)
