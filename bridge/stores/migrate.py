"""Running the migrations: in one transaction, under a lock, so that processes may start at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

import bridge
from bridge.stores.sql.engine import connect, reading

WAIT = 60.0  # seconds for another process's migration to end
_LOCK = 0x0B21D6E  # any number, the same for ever (pg_advisory_xact_lock)


def scripts() -> Path:
    """The migrations: inside the package when installed, beside it in the source tree."""
    packed = Path(bridge.__file__).parent / "_migrations"
    return packed if packed.is_dir() else Path(bridge.__file__).parent.parent / "migrations"


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the tables of a database up to a revision. Raises SQLAlchemy's errors as they come."""
    with _alone(url) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(url: str, revision: str) -> None:
    """Take the tables back to a revision; `base` is none at all."""
    with _alone(url) as connection:
        command.downgrade(_config(connection), revision)


def current(url: str) -> str | None:
    """The revision that a database has; None for an empty one."""
    engine = connect(url)
    try:
        with reading(engine) as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _alone(url: str) -> Iterator[Connection]:
    engine = connect(url, timeout=WAIT)
    try:
        if engine.dialect.name == "sqlite":
            with reading(engine) as connection:
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")  # not within a transaction
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            yield connection
    finally:
        engine.dispose()
