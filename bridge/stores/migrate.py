"""Runs the migrations in one transaction, under a lock, so that several processes may start at once.

Alembic is imported only when there is a migration to run, since the import takes a tenth of a second.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, inspect, text

import bridge
from bridge.errors import BridgeError
from bridge.stores.sql.engine import connect, reading, translated

LOCK_TIMEOUT = 60.0  # seconds to wait for another process's migration
_LOCK_ID = 0x0B21D6E  # arbitrary; never to be changed (pg_advisory_xact_lock)


class NewerTables(BridgeError):
    """The database has a revision that this release does not know."""


def scripts() -> Path:
    """The migrations: inside the package when installed, beside it in the source tree."""
    packed = Path(bridge.__file__).parent / "_migrations"
    return packed if packed.is_dir() else Path(bridge.__file__).parent.parent / "migrations"


def newest() -> str:
    """The revision of this release: the number at the beginning of the last migration's file name."""
    return max(path.name for path in (scripts() / "versions").glob("[0-9]*.py")).partition("_")[0]


def current(url: str) -> str | None:
    """The revision that a database has; None for an empty one. Raises StoreUnavailable."""
    engine = connect(url)
    try:
        with reading(engine) as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return revision
    finally:
        engine.dispose()


def upgrade(url: str) -> None:
    """Bring the tables of a database up to date. Raises NewerTables, StoreUnavailable."""
    if current(url) != newest():
        move(url, "upgrade", "head")


def move(url: str, command: Literal["upgrade", "downgrade"], revision: str) -> None:
    """Bring the tables up or back to a revision. Raises as `upgrade`."""
    import alembic.command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(scripts()).replace("%", "%%"))
    with _locked_connection(url) as connection:
        config.attributes["connection"] = connection
        try:
            getattr(alembic.command, command)(config, revision)
        except CommandError as error:
            raise NewerTables from error


@contextmanager
def _locked_connection(url: str) -> Iterator[Connection]:
    engine = connect(url, timeout=LOCK_TIMEOUT)
    try:
        if engine.dialect.name == "sqlite":
            with reading(engine) as connection:
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")  # not within a transaction
        with translated(engine), engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK_ID})")
            yield connection
    finally:
        engine.dispose()
