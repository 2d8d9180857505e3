"""The real servers that the contract runs on."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from redis import Redis as Client
from redis.exceptions import ConnectionError as RedisConnectionError

from bridge import parent_death
from bridge.stores.embedded import binary


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def valkey(
    folder: Path, *options: str, name: str = "redis", configuration: Path | None = None, port: int = 0
) -> Iterator[int]:
    """The bundled server on a loopback TCP port, as a machine of its own would run it; yields the port."""
    port = port or free_port()
    shim = [sys.executable, "-I", "-S", parent_death.__file__]
    settings = {
        "port": port,
        "bind": "127.0.0.1",
        "dir": folder,
        "save": "",
        "logfile": folder / f"{name}.log",
    }
    words = [str(word) for setting, value in settings.items() for word in (f"--{setting}", value)]
    sentinel = [str(configuration), "--sentinel"] if configuration else []
    process = subprocess.Popen([*shim, str(os.getpid()), str(binary()), *sentinel, *words, *options])
    try:
        await_answer(process, port)
        yield port
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(10)


def await_answer(process: subprocess.Popen[bytes], port: int) -> None:
    with Client(port=port, protocol=2) as client:

        def answers() -> bool:
            assert process.poll() is None, "the server ended"
            try:
                return bool(client.ping())
            except RedisConnectionError:
                return False

        await_true(answers)


def await_true(question: Callable[[], bool], patience: float = 10) -> None:
    """Ask until the answer is yes, for `patience` seconds at most."""
    pause, deadline = Event(), time.monotonic() + patience
    while not question():
        assert time.monotonic() < deadline, "it did not come to pass"
        pause.wait(0.01)
