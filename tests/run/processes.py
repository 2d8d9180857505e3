"""Starting `bridge …` as a person does, and counting what runs of it (from /proc; Linux)."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.support.tools import ROOT
from tests.support.waiting import until


def environment(**more: str) -> dict[str, str]:
    """Ours, without anybody's settings. Byte code is kept, as on every machine but some test ones."""
    drop = ("BRIDGE_", "PYTHONDONTWRITEBYTECODE")
    own = {name: value for name, value in os.environ.items() if not name.startswith(drop)}
    byte_code = str(ROOT / ".make" / "byte-code")
    return {**own, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": byte_code, **more}


def settings(folder: Path, port: int, partner: Path, **more: str) -> dict[str, str]:
    """The environment of a bridge on a port of loopback."""
    return environment(
        BRIDGE_ISSUER=f"http://127.0.0.1:{port}",
        BRIDGE_SERVER__PORT=str(port),
        BRIDGE_DATA_DIR=str(folder / "data"),
        BRIDGE_MASTER_KEYS=base64.b64encode(b"k" * 32).decode(),
        BRIDGE_CAMDIGIKEY__PARTNER=str(partner),
        **more,
    )


@contextmanager
def started(command: list[str], environ: Mapping[str, str], folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process while the block lasts, its errors in folder/stderr; killed with its children at the end."""
    with (folder / "stderr").open("a", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [sys.executable, *command],
            env=dict(environ),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    children: list[psutil.Process] = []
    try:
        yield process
    finally:
        if process.poll() is None:
            children = psutil.Process(process.pid).children(recursive=True)
            process.send_signal(signal.SIGKILL)
        process.wait()
        if process.stdout:
            process.stdout.close()
        for child in children:
            if child.is_running():
                child.kill()


def family(pid: int) -> list[psutil.Process]:
    """A process and everything that descends from it."""
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def workers(pid: int) -> list[psutil.Process]:
    """Its workers: forks, so their command line begins as its own; setproctitle adds to it."""
    parent = psutil.Process(pid)
    own = " ".join(parent.cmdline()).rstrip()
    return [child for child in parent.children() if " ".join(_command(child)).startswith(own)]


def valkeys(pid: int) -> list[psutil.Process]:
    """Its Valkey servers."""
    children = psutil.Process(pid).children()
    return [child for child in children if "valkey-server" in " ".join(_command(child))]


def all_gone(processes: list[psutil.Process], seconds: float = 20) -> None:
    """Waits until none of them lives."""
    _, alive = psutil.wait_procs(processes, seconds)
    assert not alive, f"still there: {alive}"


def status(address: str) -> int:
    """The status of an answer; 0 where nobody answers."""
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310 -- our own loopback address
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except (urllib.error.URLError, ConnectionError):
        return 0


def answers(process: subprocess.Popen[str], address: str, folder: Path) -> None:
    """Waits until an address answers 200; fails at once when the process ends before."""

    def found() -> bool:
        assert process.poll() is None, (folder / "stderr").read_text()
        return status(address) == 200

    until(found, f"{address} does not answer:\n{(folder / 'stderr').read_text()}", 40)


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
