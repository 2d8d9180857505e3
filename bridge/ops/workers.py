"""The server: Granian over WSGI, with a keeper of its own for the worker processes.

Granian's keeper gives up when a worker dies twice within seconds, and can miss one of two that die at once;
this one brings every worker back, at growing intervals while they die young. All else is Granian's.
"""

import gc
import importlib
import os
import resource
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer, WorkerProcess

from bridge.errors import BridgeError
from bridge.ops import logs, worker

FINISH_WITHIN = 10  # seconds that requests under way have, from the first signal on (DESIGN §6.14)
YOUNG = 5.0  # seconds; a worker that dies younger has something wrong
YOUNG_DEATHS = 8  # in a row, of all workers together: then the service gives up
CONNECTIONS = 16384  # that a worker holds open; far above those that idle, which are cheap
HEADERS_WITHIN = 10_000  # milliseconds that a request's headers may take
IDLE_THREAD = 600  # seconds after which a thread without work ends
LOG_LINES: dict[str, Any] = {
    "formatters": {"json": {"()": logs.JsonLines}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}
    },
    "loggers": {"_granian": {"handlers": ["console"], "propagate": False}},
}


class CannotListen(BridgeError):
    """The address is taken, or not ours to listen on. The text is a sentence."""


class GaveUp(BridgeError):
    """The workers end as soon as they start. The text is a sentence."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Where and with how many a server listens. `drain`: seconds between a SIGTERM and the workers' end."""

    host: str
    port: int
    workers: int
    threads: int
    level: str = "info"
    drain: float = 1.0


def check_free(host: str, port: int) -> None:
    """Raises CannotListen. Workers share their port, so without this a second server would join them."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
            raise CannotListen(f"{host}:{port} can't be listened on: {reason}.") from None


class Workers(MPServer):
    """Starts the workers, keeps their number, and ends them in order."""

    def __init__(
        self,
        target: str,
        listening: Listening,
        on_ready: Callable[[], None],
        chore: Callable[[], None],
        chore_every: float,
    ) -> None:
        super().__init__(
            target,
            address=listening.host,
            port=listening.port,
            interface=Interfaces.WSGI,
            workers=listening.workers,
            blocking_threads=listening.threads,
            blocking_threads_idle_timeout=IDLE_THREAD,
            backpressure=CONNECTIONS,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(header_read_timeout=HEADERS_WITHIN),
            websockets=False,
            log_level=LogLevels.error,
            log_dictconfig=LOG_LINES,
            workers_kill_timeout=max(1, round(FINISH_WITHIN - listening.drain)),
        )
        self._drain = listening.drain
        self._on_ready = on_ready
        self._chore = chore
        self._chore_every = chore_every
        self._hurried = threading.Event()  # a signal that wants no drain, or a second one
        self._ordered = threading.Event()
        self.ended = threading.Event()
        self.gave_up = False

    # -- what Granian calls -----------------------------------------------------------------------------

    def signal_handler_interrupt(self, number: int = signal.SIGINT, *_: object) -> None:
        """Ctrl-C, SIGTERM: end in order. Only SIGTERM, a machine's word, leaves time for others to notice."""
        if self.interrupt_signal or number != signal.SIGTERM:
            self._hurried.set()
        self._ordered.set()
        super().signal_handler_interrupt()  # type: ignore[no-untyped-call]  # -- Granian's

    def signal_handler_reload(self, *_: object) -> None:
        """SIGHUP: the terminal was closed."""
        self.signal_handler_interrupt(signal.SIGHUP)

    def _serve_loop(self, spawn_target: Any, target_loader: Any) -> None:
        revive = partial(self._respawn_workers, spawn_target=spawn_target, target_loader=target_loader)
        ready, young, next_chore = False, 0, time.monotonic() + self._chore_every
        while not self.interrupt_signal:
            self.main_loop_interrupt.wait(0.02 if not ready else max(0.0, next_chore - time.monotonic()))
            self.main_loop_interrupt.clear()
            if not ready and self._answers():
                ready = True
                self._on_ready()
            if time.monotonic() >= next_chore:
                self._chore()
                next_chore = time.monotonic() + self._chore_every
            for number in self._dead():
                young = young + 1 if time.monotonic() - self.wrks[number].birth < YOUNG else 0
                if young >= YOUNG_DEATHS:
                    self.gave_up = True
                    return
                self._ordered.wait(min(0.05 * 2**young, 5.0) if young > 1 else 0)
                if not self.interrupt_signal:
                    logs.logger().warning("worker.died", number=number + 1)
                    revive([number])
        self._leave()

    def _spawn_workers(self, *args: Any, **options: Any) -> None:
        with worker.held_signals():
            super()._spawn_workers(*args, **options)  # type: ignore[no-untyped-call]  # -- Granian's

    def _respawn_workers(self, *args: Any, **options: Any) -> None:
        with worker.held_signals():
            super()._respawn_workers(*args, **options)

    # -- ours -------------------------------------------------------------------------------------------

    def _dead(self) -> list[int]:
        """Workers that ended without being told to; each is told of once."""
        found = set()
        while self.interrupt_children:
            found.add(self.interrupt_children.pop())
        return sorted(found)

    def _answers(self) -> bool:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.bind_addr, self.bind_addr)  # noqa: S104 -- compared
        try:
            socket.create_connection((host, self.bind_port), 0.5).close()
        except OSError:
            return False
        return True

    def _leave(self) -> None:
        """Tell the workers that they are no longer ready, and those who ask them the time to notice."""
        if not self._hurried.is_set():
            for one in self.wrks:
                with suppress(ProcessLookupError):  # it died just now
                    os.kill(one.inner.pid, worker.LEAVE)
            self._hurried.wait(self._drain)
        self.interrupt_children.clear()
        threading.Thread(target=self._insist, args=(tuple(self.wrks),), daemon=True).start()

    def _insist(self, stopping: Sequence[WorkerProcess]) -> None:
        """Say it again to workers that did not hear: Python can miss a signal just before it waits."""
        while not self.ended.wait(0.5):
            for one in stopping:
                one.terminate()  # type: ignore[no-untyped-call]  # -- Granian's


def serve(
    target: str,
    listening: Listening,
    *,
    on_ready: Callable[[], None] = lambda: None,
    chore: Callable[[], None] = lambda: None,
    chore_every: float = 3600.0,
) -> None:
    """Serve `module:factory` until a signal says to stop. To be called in the main thread.

    `on_ready` is called once the port answers, `chore` every `chore_every` seconds, between forks. Workers
    are forks: what the target's module needs is imported here, once for all. Raises GaveUp.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + 1024
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
    importlib.import_module(target.partition(":")[0])
    gc.collect()
    gc.freeze()  # what is here stays: collections in the workers leave its pages shared
    server = Workers(target, listening, on_ready, chore, chore_every)
    load = partial(worker.load, target, os.getpid(), listening.level)
    try:
        server.serve(target_loader=load, wrap_loader=False)
    finally:
        server.ended.set()
    if server.gave_up:
        raise GaveUp("The workers end as soon as they start; the lines above say why.")
