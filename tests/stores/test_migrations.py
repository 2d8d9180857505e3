"""Every migration goes up and down on both databases, and the tables are what the code says."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from bridge.stores import migrate
from bridge.stores import sql as stores
from bridge.stores.sql.tables import metadata
from tests.stores.races import Racers

REVISIONS = [
    script.revision for script in ScriptDirectory(str(migrate.scripts())).walk_revisions("base", "heads")
][::-1]


def tables(url: str) -> set[str]:
    engine = stores.connect(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names - {"alembic_version"}


def test_there_is_one_line_of_migrations() -> None:
    assert len(ScriptDirectory(str(migrate.scripts())).get_heads()) == 1
    assert REVISIONS[0] == "0001"
    assert REVISIONS[-1] == migrate.newest()


def test_alembic_is_not_loaded_where_there_is_nothing_to_do(sql_url: str) -> None:
    code = """if True:
        import sys
        from bridge import wiring
        from bridge.stores import migrate
        migrate.upgrade(sys.argv[1])
        assert not [name for name in sys.modules if name.startswith("alembic")]
    """
    subprocess.run([sys.executable, "-c", code, sql_url], check=True)


@pytest.mark.parametrize("revision", REVISIONS)
def test_each_goes_up_down_and_up_again(empty_sql_url: str, revision: str) -> None:
    migrate.move(empty_sql_url, "upgrade", revision)
    assert migrate.current(empty_sql_url) == revision
    before = REVISIONS.index(revision)
    migrate.move(empty_sql_url, "downgrade", REVISIONS[before - 1] if before else "base")
    assert migrate.current(empty_sql_url) == (REVISIONS[before - 1] if before else None)
    migrate.move(empty_sql_url, "upgrade", revision)
    assert migrate.current(empty_sql_url) == revision


def test_all_the_way_down_leaves_no_table(sql_url: str) -> None:
    migrate.move(sql_url, "downgrade", "base")
    assert tables(sql_url) == set()


def test_the_tables_are_those_of_the_code(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_second_upgrade_changes_nothing(sql_url: str) -> None:
    migrate.upgrade(sql_url)
    assert migrate.current(sql_url) == REVISIONS[-1]


def test_they_are_found_in_the_wheel_too(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=migrate.scripts().parent, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    code = "import sys; from bridge.stores import migrate as m; m.upgrade(sys.argv[1]); print(m.scripts())"
    command = [sys.executable, "-c", code, f"sqlite:///{tmp_path / 'db'}"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    done = subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == str(tmp_path / "site" / "bridge" / "_migrations")
    assert migrate.current(f"sqlite:///{tmp_path / 'db'}") == REVISIONS[-1]


def upgrade(url: str) -> Callable[[int], None]:
    return lambda number: migrate.upgrade(url) if number % 25 == 0 else None


def test_processes_may_upgrade_at_once(empty_sql_url: str, racers: Racers) -> None:
    racers.run(upgrade, empty_sql_url)
    assert tables(empty_sql_url) == set(metadata.tables)
