"""A pgbouncer before the tests' PostgreSQL, in either of its modes; it takes what its own defaults take."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import psycopg

from tests.support import tools
from tests.support.postgres import dying_with_parent, unprivileged
from tests.support.servers import free_port
from tests.support.waiting import until

Mode = Literal["session", "transaction"]
SERVERS = 3  # connections to PostgreSQL: fewer than clients, so that they change hands in transaction mode


@contextmanager
def pgbouncer(url: str, mode: Mode) -> Iterator[str]:
    """The address of the same database behind a pgbouncer, while the block lasts."""
    program = tools.needed(tools.find_pgbouncer(), tools.PGBOUNCER_HINT)
    database, socket = url.partition("@/")[2].split("?host=")
    folder, port = Path(tempfile.mkdtemp(prefix="bridge-pgb-")), free_port()
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        f"""[databases]
* = host={socket} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = {SERVERS if mode == "transaction" else 50}
logfile = {folder / "log"}
"""
    )
    account = unprivileged()  # it refuses to run as root
    if account.other:
        for path in (folder, settings):
            os.chown(path, account.user, account.group)
    command = [*dying_with_parent(), program, settings]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **account.options()
    )
    try:
        until(lambda: _answers(process, port, database), "pgbouncer does not answer")
        yield f"postgresql://postgres@127.0.0.1:{port}/{database}"
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder)


def _answers(process: subprocess.Popen[bytes], port: int, database: str) -> bool:
    assert process.poll() is None, "pgbouncer ended"
    try:
        psycopg.connect(host="127.0.0.1", port=port, user="postgres", dbname=database).close()
    except psycopg.OperationalError:
        return False
    return True
