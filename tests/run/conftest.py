"""A `bridge run` for each test, and what of it is left in the process table."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from bridge.simulator import Simulator
from tests.bench.processes import family
from tests.support.running import environment, launch, ready, simulating, workers_of
from tests.support.servers import free_port
from tests.support.waiting import until

WORKERS = 2


@dataclass(frozen=True, slots=True)
class Bridge:
    """One `bridge run`."""

    issuer: str
    environ: Mapping[str, str] = field(repr=False)
    folder: Path
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def port(self) -> int:
        return urlsplit(self.issuer).port or 0

    def said(self) -> str:
        """Everything it wrote so far."""
        return self.log.read_text()

    def ready(self) -> Bridge:
        """Wait until it serves."""
        ready(self.issuer, self.process, self.log)
        return self

    def workers(self) -> list[int]:
        return workers_of(self.process.pid)

    def valkey(self) -> list[int]:
        return [pid for pid, name in family(self.process.pid).items() if "valkey" in name]

    def left(self) -> dict[int, str]:
        """The processes that belong to it, whoever their parent is by now."""
        return belonging(self.folder)

    def ended(self, seconds: float = 20) -> int:
        """Wait for its end; gives its exit code."""
        return self.process.wait(seconds)

    def gone(self) -> None:
        """Wait until nothing of it is left, neither a process nor the port."""
        until(lambda: not self.left() and not answers(self.issuer), f"left: {self.left()}", 10)


Run = Callable[..., Bridge]


def answers(issuer: str) -> bool:
    """Whether anything listens there."""
    try:
        requests.get(issuer + "/healthz", timeout=2)
    except requests.ConnectionError:
        return False
    return True


def belonging(folder: Path) -> dict[int, str]:
    """Processes that work in this folder, by where they are, what they were told, or their first environment.

    Valkey writes its title over the last two, and where the folder's path is long, that does not name it.
    """
    name, found = os.fsencode(folder) + b"/", {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command, environ = ((entry / file).read_bytes() for file in ("cmdline", "environ"))
                place = os.fsencode((entry / "cwd").readlink()) + b"/"
            except OSError:
                continue  # it has gone, or is not ours
            # One that has ended has no command line.
            if command and any(name in text for text in (command, environ, place)):
                found[int(entry.name)] = command.replace(b"\0", b" ").decode(errors="replace")
    return found


@pytest.fixture(scope="package")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with simulating(tmp_path_factory.mktemp("camdigikey"), "http://127.0.0.1:1") as found:
        yield found


@pytest.fixture
def run(tmp_path: Path, simulator: Simulator) -> Iterator[Run]:
    """Starts one; `more` are settings. What is left of it at the end of the test is killed."""
    with running_in(tmp_path, simulator) as start:
        yield start


@pytest.fixture(scope="module")
def run_for_module(tmp_path_factory: pytest.TempPathFactory, simulator: Simulator) -> Iterator[Run]:
    """The same for tests that leave a bridge as it was, and share one."""
    with running_in(tmp_path_factory.mktemp("shared"), simulator) as start:
        yield start


@contextmanager
def running_in(place: Path, simulator: Simulator) -> Iterator[Run]:
    """What starts a bridge in a folder of this place."""
    with ExitStack() as stack:

        def start(name: str = "bridge", port: int = 0, **more: str) -> Bridge:
            folder = place / name
            folder.mkdir()
            issuer = f"http://127.0.0.1:{port or free_port()}"
            settings = {"BRIDGE_SERVER__WORKERS": str(WORKERS), **more}
            environ = environment(folder, simulator, issuer, **settings)
            process = launch(environ, folder / "log")
            stack.callback(process.wait)
            stack.callback(process.kill)
            return Bridge(issuer, environ, folder, process, folder / "log")

        yield start


def control(simulator: Simulator, path: str, **body: Any) -> dict[str, Any]:
    """Ask the simulator's control endpoint; with a body it is told something."""
    method = "POST" if body else "GET"
    said = requests.request(method, simulator.control_url + path, json=body or None, timeout=10)
    said.raise_for_status()
    found: dict[str, Any] = json.loads(said.content)
    return found
