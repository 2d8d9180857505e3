"""`bridge simulator`, as a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.run.processes import all_gone, environment, started, status

COMMAND = ["-m", "bridge", "simulator", "--api", "127.0.0.1:0", "--web", "127.0.0.1:0"]
# Starts a simulator as its child, says the child's number, and lives until it is killed.
PARENT = """
import signal, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)
print(child.stdout.readline(), child.pid, sep="", flush=True)
signal.pause()
"""


@contextmanager
def simulator(folder: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """One that serves, with what it says of itself."""
    with started([*COMMAND, "--dir", "sim", *more], environment(), folder) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().split() for _ in range(3)]
        assert process.poll() is None, (folder / "stderr").read_text()
        yield process, {name: value for name, value in lines}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_says_where_it_is_and_ends_in_order(tmp_path: Path, number: signal.Signals) -> None:
    with simulator(tmp_path) as (process, said):
        assert status(said["Web"] + "/control/state") == 200
        partner = json.loads((tmp_path / said["Partner"]).read_text())
        assert partner["base_url"] == said["API"]
        process.send_signal(number)
        assert process.wait(20) == 0
    assert (tmp_path / "stderr").read_text() == ""


def test_partner_json_names_the_version_wanted(tmp_path: Path) -> None:
    for version in ("v2", "v3"):
        with simulator(tmp_path, "--version", version):
            assert json.loads((tmp_path / "sim" / "partner.json").read_text())["version"] == version


def test_it_can_end_with_the_process_that_started_it(tmp_path: Path) -> None:
    child = [sys.executable, *COMMAND, "--dir", "sim", "--with-parent"]
    with started(["-c", PARENT, *child], environment(), tmp_path) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline().startswith("API")
        running = psutil.Process(int(parent.stdout.readline()))
        try:
            assert running.is_running()
            parent.kill()
            all_gone([running])
        finally:
            if running.is_running():
                running.kill()


@pytest.mark.parametrize("port", ["API", "Web"])
def test_a_taken_port_is_told_without_a_traceback(tmp_path: Path, port: str) -> None:
    with simulator(tmp_path) as (_, said):
        taken = said[port].partition("//")[2]
        second = [sys.executable, *COMMAND, "--dir", "other", f"--{port.lower()}", taken]
        result = subprocess.run(second, env=environment(), cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr == f"Error: The simulator can't start: {taken}: Address already in use.\n"


def test_a_folder_that_cannot_be_read_is_told_without_a_traceback(tmp_path: Path) -> None:
    with simulator(tmp_path):
        pass
    (tmp_path / "sim" / "account.json").write_text("{")
    again = [sys.executable, *COMMAND, "--dir", "sim"]
    result = subprocess.run(again, env=environment(), cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1 and "take that folder away" in result.stderr
