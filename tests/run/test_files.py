"""A worker that can open no more files is not ready, and another takes its place."""

from __future__ import annotations

import json
import resource
import socket
from contextlib import ExitStack
from pathlib import Path

from tests.run.conftest import WORKERS, Bridge, Run
from tests.run.sockets import ask, connect, files, head
from tests.support.waiting import until


def output(connection: socket.socket, bridge: Bridge) -> tuple[int, list[str]]:
    """What `/readyz` says over this connection."""
    connection.sendall(head(bridge, b"GET /readyz"))
    first, _, rest = connection.recv(9999).partition(b"\r\n")
    return int(first.split(b" ")[1]), json.loads(rest.partition(b"\r\n\r\n")[2])["missing"]


def lowest_free(pid: int) -> int:
    """The number that the next file of a process would get; the limit is on numbers."""
    taken = {int(entry.name) for entry in Path(f"/proc/{pid}/fd").iterdir()}
    return next(number for number in range(len(taken) + 1) if number not in taken)


def test_it_is_not_ready_and_is_replaced(run: Run) -> None:
    bridge = run().ready()
    with ExitStack() as stack:
        kept = [stack.enter_context(connect(bridge)) for _ in range(24)]  # some at each worker
        assert {output(connection, bridge)[0] for connection in kept} == {200}
        sick = bridge.workers()[0]
        _, hard = resource.prlimit(sick, resource.RLIMIT_NOFILE)
        resource.prlimit(sick, resource.RLIMIT_NOFILE, (lowest_free(sick), hard))
        said = [output(connection, bridge) for connection in kept]
        assert (503, ["files"]) in said and (200, []) in said
        until(lambda: sick not in (now := bridge.workers()) and len(now) == WORKERS, "it stays", 20)
    bridge.ready()
    assert "It can open no more files." in bridge.said() and "worker.revived" in bridge.said()
    assert all(ask(bridge, b"GET /readyz").startswith(b"HTTP/1.1 200") for _ in range(20))


def test_connections_leave_files_for_the_rest_where_the_system_allows_few(run: Run) -> None:
    """With 600 files a worker holds 88 connections; more wait outside, and nothing within fails."""
    bridge = run()
    resource.prlimit(bridge.process.pid, resource.RLIMIT_NOFILE, (600, 600))
    bridge.ready()
    with ExitStack() as stack:
        for _ in range(400):
            stack.enter_context(connect(bridge))
        held = files(bridge.workers())
        assert max(held.values()) < 600
    assert ask(bridge, b"GET /readyz").startswith(b"HTTP/1.1 200")
