"""Databases that have all tables from the start: copies of one that was upgraded once in this process.

The migrations themselves are tested where a database is upgraded (tests/stores/test_migrations.py).
"""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.stores import migrate
from tests.support.postgres import database

TEMPLATE = "with_tables"


def sqlite_with_tables(path: Path) -> str:
    """Make a SQLite file with all tables; its URL."""
    shutil.copyfile(_upgraded_sqlite(), path)
    return f"sqlite:///{path}"


@functools.cache
def _upgraded_sqlite() -> Path:
    folder = tempfile.mkdtemp(prefix="bridge-tables-")
    atexit.register(shutil.rmtree, folder)
    path = Path(folder) / "bridge.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a PostgreSQL database with all tables, to which nobody is connected."""
    with database(postgres_server, TEMPLATE) as url:
        migrate.upgrade(url)
        yield TEMPLATE


@pytest.fixture
def postgres_with_tables(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """The URL of a PostgreSQL database of this test alone, with all tables."""
    with database(postgres_server, template=postgres_template) as url:
        yield url
