"""The server: Granian, with a supervisor of our own for the worker processes.

Granian's supervisor gives up when a worker dies twice within seconds, and can miss one of two that die at
once; this one restarts every worker, at growing intervals while they die soon after their start. All else is
Granian's.
"""

import gc
import importlib
import os
import queue
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
from bridge.ops import granian_worker, logs, worker
from bridge.ops.bodies import BodyLimits
from bridge.ops.requests import SPARE_THREADS, Requests

FINISH_WITHIN = 10  # seconds that requests under way have, from the first signal on (DESIGN §6.14)
STABLE_AFTER = 5.0  # seconds; a worker that dies before has something wrong
MAX_EARLY_DEATHS = 8  # in a row, of all workers together: then the service gives up
MAX_CONNECTIONS = 16384  # that a worker holds open; many of them idle, which costs little
FEWEST_CONNECTIONS = 64
RESERVED_FILES = 512  # of a worker: for stores, CamDigiKey and itself
MAX_HEAD = 32768  # bytes of a request's head; a larger one is answered 431 (RFC 6585 §5)
MAX_IDLE_THREAD = 600  # seconds after which a thread without work ends
MAX_PAUSE = 2.0  # seconds; Python can miss a signal that comes just before it begins to wait
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
    """Where and with how many a server listens, and what it takes.

    `drain`: seconds between a SIGTERM and the workers' end. `keep_alive`: seconds in which a connection has
    to bring the whole head of its next request. `max_body`: bytes; `body_within`: seconds; `larger_bodies`:
    as of BodyLimits.
    """

    host: str
    port: int
    workers: int
    threads: int
    level: str = "info"
    drain: float = 1.0
    keep_alive: int = 75
    max_body: int = 65536
    body_within: float = 10.0
    larger_bodies: tuple[tuple[str, int], ...] = ()
    trusted_proxies: tuple[str, ...] = ()


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
        self, target: str, listening: Listening, connections: int, on_ready: Callable[[], None]
    ) -> None:
        super().__init__(
            target,
            address=listening.host,
            port=listening.port,
            interface=Interfaces.WSGI,
            workers=listening.workers,
            blocking_threads=listening.threads + SPARE_THREADS,
            blocking_threads_idle_timeout=MAX_IDLE_THREAD,
            backpressure=connections,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(
                header_read_timeout=listening.keep_alive * 1000, max_buffer_size=MAX_HEAD
            ),
            websockets=False,
            log_level=LogLevels.error,
            log_dictconfig=LOG_LINES,
            workers_kill_timeout=max(1, round(FINISH_WITHIN - listening.drain)),
        )
        self._drain = listening.drain
        self._on_ready = on_ready
        self._skip_drain = threading.Event()  # after Ctrl-C or SIGHUP, or a second signal
        self._signals: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._restart_at: dict[int, float] = {}  # by number of a dead worker: when to restart it
        self._early_deaths = 0  # of workers soon after their start, in a row
        self.ended = threading.Event()
        self.gave_up = False

    # -- what Granian calls -----------------------------------------------------------------------------

    def signal_handler_interrupt(self, number: int = signal.SIGINT, *_: object) -> None:
        """Ctrl-C, SIGTERM. Only queued: a handler may have interrupted the holder of an Event's lock."""
        self._signals.put(number)

    def signal_handler_reload(self, *_: object) -> None:
        """SIGHUP: the terminal was closed."""
        self.signal_handler_interrupt(signal.SIGHUP)

    def _serve_loop(self, spawn_target: Any, target_loader: Any) -> None:
        threading.Thread(target=self._handle_signals, daemon=True).start()
        ready = False
        while not self.interrupt_signal:
            self.main_loop_interrupt.wait(self._pause() if ready else 0.02)
            self.main_loop_interrupt.clear()
            if not ready and self._answers():
                ready = True
                self._on_ready()
            self._schedule_restarts()
            if self._early_deaths >= MAX_EARLY_DEATHS:
                self.gave_up = True
                return
            for number in self._due_restarts():
                logs.logger().warning("worker.revived", number=number + 1)
                self._respawn_workers([number], spawn_target, target_loader)
        self._leave()

    def _spawn_workers(self, *args: Any, **options: Any) -> None:
        with worker.held_signals():
            super()._spawn_workers(*args, **options)  # type: ignore[no-untyped-call]  # -- Granian's

    def _respawn_workers(self, *args: Any, **options: Any) -> None:
        with worker.held_signals():
            super()._respawn_workers(*args, **options)

    # -- ours -------------------------------------------------------------------------------------------

    def _handle_signals(self) -> None:
        """End in order. Only after SIGTERM, which machines send, do load balancers get time to notice."""
        while True:
            if self._signals.get() != signal.SIGTERM or self.interrupt_signal:
                self._skip_drain.set()
            super().signal_handler_interrupt()  # type: ignore[no-untyped-call]  # -- Granian's

    def _schedule_restarts(self) -> None:
        """Restart each dead worker at once, or after a pause that grows while they die early."""
        while self.interrupt_children:
            number = self.interrupt_children.pop()
            now = time.monotonic()
            early = now - self.wrks[number].birth < STABLE_AFTER
            self._early_deaths = self._early_deaths + 1 if early else 0
            pause = min(0.05 * 2**self._early_deaths, 5.0) if self._early_deaths > 1 else 0
            self._restart_at[number] = now + pause

    def _due_restarts(self) -> list[int]:
        """The numbers of the workers to restart now; they are no longer scheduled."""
        now = time.monotonic()
        found = sorted(number for number, when in self._restart_at.items() if when <= now)
        for number in found:
            del self._restart_at[number]
        return found

    def _pause(self) -> float:
        """Seconds until the next restart, MAX_PAUSE at most."""
        now = time.monotonic()
        return max(0.0, min([MAX_PAUSE, *(when - now for when in self._restart_at.values())]))

    def _answers(self) -> bool:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.bind_addr, self.bind_addr)  # noqa: S104 -- compared
        try:
            socket.create_connection((host, self.bind_port), 0.5).close()
        except OSError:
            return False
        return True

    def _leave(self) -> None:
        """Tell the workers that they are no longer ready, and give load balancers the time to notice."""
        stopping = tuple(self.wrks)
        for process in stopping:  # its end is expected, also where somebody else has ended it already
            process.interrupt_by_parent = True
        _signal_leave(stopping)
        self._skip_drain.wait(self._drain)
        self.interrupt_children.clear()
        threading.Thread(target=self._repeat_leave, args=(stopping,), daemon=True).start()

    def _repeat_leave(self, stopping: Sequence[WorkerProcess]) -> None:
        """Signal again, because Python can miss a signal that comes just before it begins to wait."""
        while not self.ended.wait(0.3):
            _signal_leave(stopping)


def _signal_leave(stopping: Sequence[WorkerProcess]) -> None:
    for process in stopping:
        if process.inner.pid is not None:
            with suppress(ProcessLookupError):  # it has ended
                os.kill(process.inner.pid, worker.LEAVE)


def _load(target: str, parent: int, listening: Listening) -> Requests:
    app = worker.load(target, parent, listening.level)
    limits = BodyLimits(listening.max_body, listening.body_within, listening.larger_bodies)
    return Requests(app, listening.threads, limits, listening.trusted_proxies)


def max_connections() -> int:
    """How many connections a worker may hold, by the files that it may open: as many as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    wanted = MAX_CONNECTIONS + RESERVED_FILES
    limit = max(soft, wanted if hard == resource.RLIM_INFINITY else min(wanted, hard))
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    return max(FEWEST_CONNECTIONS, min(MAX_CONNECTIONS, limit - RESERVED_FILES))


def serve(target: str, listening: Listening, *, on_ready: Callable[[], None] = lambda: None) -> None:
    """Serve `module:factory` until a signal says to stop. To be called in the main thread.

    `on_ready` is called once the port answers. Workers are forks: what the target's module needs is imported
    here, once for all. Raises GaveUp.
    """
    connections = max_connections()
    gc.disable()
    importlib.import_module(target.partition(":")[0])
    gc.freeze()  # so that collections in the workers leave the pages of what is imported shared
    gc.enable()
    server = Workers(target, listening, connections, on_ready)
    load: Any = partial(_load, target, os.getpid(), listening)  # for `spawn`, which takes what it makes
    try:
        with suppress(SystemExit):  # so Granian reports a worker that ended before it was told to
            server.serve(spawn_target=granian_worker.spawn, target_loader=load, wrap_loader=False)
    finally:
        server.ended.set()
    if server.gave_up:
        raise GaveUp("The workers end as soon as they start; the lines above say why.")
