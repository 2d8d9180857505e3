"""The bundled Valkey: where it listens, how it starts, and that nothing of it is left."""

from __future__ import annotations

import os
import pwd
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.errors import ConfigError, StoreUnavailable
from bridge.stores import embedded
from bridge.stores import redis as redis_stores
from tests.stores.servers import await_true

START = """
import sys
from pathlib import Path
from bridge.stores import embedded
server = embedded.start(Path(sys.argv[1]))
print(server.process.pid, flush=True)
sys.stdin.read()
"""


def ended(pid: int) -> bool:
    """Whether no such process runs (one that nobody has waited for yet counts as ended)."""
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return True


def test_it_keeps_what_it_was_given_over_a_stop(tmp_path: Path) -> None:
    server = embedded.start(tmp_path / "new" / "folder")
    redis_stores.connect(server.url).command("SET", "k", "v")
    server.stop()
    assert ended(server.process.pid)
    again = embedded.start(tmp_path / "new" / "folder")
    assert redis_stores.connect(again.url).command("GET", "k") == b"v"
    again.stop()


def test_it_keeps_what_it_was_given_over_a_crash_a_second_later(tmp_path: Path) -> None:
    server = embedded.start(tmp_path)
    redis = redis_stores.connect(server.url)
    redis.command("SET", "k", "v")
    redis.command("WAITAOF", 1, 0, 500)
    server.process.kill()
    server.process.wait()
    again = embedded.start(tmp_path)
    assert redis.command("GET", "k") == b"v"
    again.stop()


def test_only_its_user_gets_near_it(tmp_path: Path) -> None:
    server = embedded.start(tmp_path / "data")
    mode = stat.S_IMODE((tmp_path / "data").stat().st_mode)
    listeners = redis_stores.connect(server.url).command("CONFIG", "GET", "port")
    policy = redis_stores.connect(server.url).command("CONFIG", "GET", "maxmemory-policy")
    server.stop()
    assert mode == 0o700
    assert listeners == [b"port", b"0"] or listeners == {b"port": b"0"}
    assert b"noeviction" in (policy.values() if isinstance(policy, dict) else policy)


def test_it_lives_in_a_process_group_of_its_own(tmp_path: Path) -> None:
    server = embedded.start(tmp_path)
    group = os.getpgid(server.process.pid)
    server.stop()
    assert group == server.process.pid != os.getpgid(0)


def test_a_second_server_on_the_same_data_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "LOCK_WITHIN", 0.1)
    server = embedded.start(tmp_path)
    with pytest.raises(ConfigError, match="in use by another running server"):
        embedded.start(tmp_path)
    redis_stores.connect(server.url).ping()
    server.stop()


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    server = embedded.start(tmp_path / ("ខ" * 60))
    redis_stores.connect(server.url).ping()
    assert len(server.url) < 100
    folder = Path(server.url.removeprefix("unix://")).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    server.stop()
    assert not folder.exists()


def test_the_folder_of_the_next_server_stays(tmp_path: Path) -> None:
    directory = tmp_path / ("ខ" * 60)
    first = embedded.start(directory)
    first.process.kill()
    first.process.wait()
    second = embedded.start(directory)
    first.stop()
    redis_stores.connect(second.url).ping()
    second.stop()
    assert not Path(second.url.removeprefix("unix://")).parent.exists()


def test_a_directory_that_cannot_be_made_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"can't be used for embedded Redis"):
        embedded.start(tmp_path / "file" / "below")


def test_a_server_that_does_not_come_up_is_told_with_its_log(tmp_path: Path) -> None:
    (tmp_path / "appendonlydir").mkdir()
    (tmp_path / "appendonlydir" / "appendonly.aof.manifest").write_text("garbage\n")
    with pytest.raises(StoreUnavailable, match=r"valkey\.log"):
        embedded.start(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a parent-death signal")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "terminated"])
def test_it_dies_with_its_parent_and_the_next_starts_at_once(tmp_path: Path, how: signal.Signals) -> None:
    command = [sys.executable, "-c", START, str(tmp_path)]
    parent = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert not ended(pid)
    parent.send_signal(how)
    parent.communicate()
    embedded.start(tmp_path).stop()  # waits for the old one's lock
    await_true(lambda: ended(pid))


def python_runs_as(user: pwd.struct_passwd) -> bool:
    """Whether this Python is open to them: one below root's home is not."""
    command = [sys.executable, "-c", ""]
    try:
        return subprocess.run(command, user=user.pw_uid, group=user.pw_gid, check=False).returncode == 0
    except PermissionError:
        return False


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_ordinary_user_can_start_it(tmp_path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    folder = Path("/tmp") / f"bridge-test-{os.getpid()}"  # noqa: S108 -- pytest's own folders are closed to others
    folder.mkdir(mode=0o700)
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    try:
        if not python_runs_as(nobody):
            pytest.skip("this virtual environment is closed to other users")
        done = subprocess.run(
            [sys.executable, "-c", START, str(folder)],
            user=nobody.pw_uid,
            group=nobody.pw_gid,
            extra_groups=[],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            cwd="/",
        )
        assert done.returncode == 0, done.stderr
        await_true(lambda: ended(int(done.stdout)))
    finally:
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        folder.rmdir()
