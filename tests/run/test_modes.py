"""Who may read what `bridge run` writes."""

from __future__ import annotations

import stat

from tests.run.conftest import Run


def test_the_data_directory_and_all_in_it_are_for_its_owner_alone(run: Run) -> None:
    data = run().ready().folder / "data"
    written = [path for path in (data, *data.rglob("*")) if not path.is_symlink()]
    assert data / "bridge.db" in written
    assert [path for path in written if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def test_a_directory_that_an_earlier_version_left_open_is_closed(run: Run) -> None:
    bridge = run()
    data = bridge.ready().folder / "data"
    bridge.process.terminate()
    assert bridge.ended() == 0
    data.chmod(0o755)
    (data / "bridge.db").chmod(0o644)
    keys = bridge.environ["BRIDGE_MASTER_KEYS"]
    again = run("again", BRIDGE_DATA_DIR=str(data), BRIDGE_MASTER_KEYS=keys).ready()
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert stat.S_IMODE((data / "bridge.db").stat().st_mode) == 0o600
    assert again.workers()
