"""Requests written by hand to a `bridge run`, and what its processes hold."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import psutil
import requests

from tests.run.conftest import Bridge

LATE_CONNECTIONS = 8
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"


def connect(bridge: Bridge) -> socket.socket:
    return socket.create_connection(("127.0.0.1", bridge.port), 20)


def head(bridge: Bridge, request: bytes, *headers: bytes) -> bytes:
    """A request's head; `request` is its method and path."""
    lines = (request + b" HTTP/1.1", b"Host: 127.0.0.1:%d" % bridge.port, *headers)
    return b"\r\n".join((*lines, b"", b""))


def answer(connection: socket.socket) -> bytes:
    """Everything that comes until the other side closes."""
    with connection.makefile("rb") as said:
        return said.read()


def ask(bridge: Bridge, request: bytes, *headers: bytes) -> bytes:
    """One request over a connection of its own."""
    with connect(bridge) as connection:
        connection.sendall(head(bridge, request, b"Connection: close", *headers))
        return answer(connection)


def files(pids: list[int]) -> dict[int, int]:
    """How many files each of these processes has open."""
    return {pid: len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in pids}


def threads(pids: list[int]) -> dict[int, int]:
    return {pid: psutil.Process(pid).num_threads() for pid in pids}


def posts(bridge: Bridge, times: int) -> set[int]:
    """What so many honest requests to `/token` are answered with; none may take long."""
    fields = {"grant_type": "authorization_code", "code": "x"}
    return {requests.post(bridge.issuer + "/token", fields, timeout=2).status_code for _ in range(times)}


def settled(bridge: Bridge, before: dict[int, int]) -> Callable[[], bool]:
    """Whether the same workers hold no more files than before, but for a store's connection begun since."""

    def found() -> bool:
        now = files(bridge.workers())
        return now.keys() == before.keys() and all(now[pid] <= before[pid] + LATE_CONNECTIONS for pid in now)

    return found
