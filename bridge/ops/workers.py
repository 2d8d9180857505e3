"""The server: Granian over WSGI, with a keeper of its own for the worker processes.

Granian's keeper gives up when a worker dies twice within seconds, and can miss one of two that die at once;
this one brings every worker back, at growing intervals while they die young. All else is Granian's.
"""

import gc
import importlib
import itertools
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
from typing import TYPE_CHECKING, Any

from granian import _signals
from granian._granian import WorkerSignal
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer, WorkerProcess

from bridge.errors import BridgeError
from bridge.ops import logs, worker

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

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
        self._signals: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._dead: dict[int, float] = {}  # by number: when to bring it back
        self._young = 0  # deaths of young workers in a row
        self.ended = threading.Event()
        self.gave_up = False

    # -- what Granian calls -----------------------------------------------------------------------------

    def signal_handler_interrupt(self, number: int = signal.SIGINT, *_: object) -> None:
        """Ctrl-C, SIGTERM. Heard in `_hear`: a handler may interrupt the holder of an Event's lock."""
        self._signals.put(number)

    def signal_handler_reload(self, *_: object) -> None:
        """SIGHUP: the terminal was closed."""
        self.signal_handler_interrupt(signal.SIGHUP)

    def _serve_loop(self, spawn_target: Any, target_loader: Any) -> None:
        threading.Thread(target=self._hear, daemon=True).start()
        ready, next_chore = False, time.monotonic() + self._chore_every
        while not self.interrupt_signal:
            self.main_loop_interrupt.wait(self._pause(next_chore) if ready else 0.02)
            self.main_loop_interrupt.clear()
            if not ready and self._answers():
                ready = True
                self._on_ready()
            if time.monotonic() >= next_chore:
                self._chore()
                next_chore = time.monotonic() + self._chore_every
            self._note_the_dead()
            if self._young >= YOUNG_DEATHS:
                self.gave_up = True
                return
            for number in self._due():
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

    def _hear(self) -> None:
        """End in order. Only SIGTERM, a machine's word, leaves time for others to notice."""
        while True:
            if self._signals.get() != signal.SIGTERM or self.interrupt_signal:
                self._hurried.set()
            super().signal_handler_interrupt()  # type: ignore[no-untyped-call]  # -- Granian's

    def _note_the_dead(self) -> None:
        """When to bring each one back: at once, or after a pause that grows while they die young."""
        while self.interrupt_children:
            number = self.interrupt_children.pop()
            now = time.monotonic()
            self._young = self._young + 1 if now - self.wrks[number].birth < YOUNG else 0
            self._dead[number] = now + (min(0.05 * 2**self._young, 5.0) if self._young > 1 else 0)

    def _due(self) -> list[int]:
        """Workers whose time to come back has come; each is told of once."""
        now = time.monotonic()
        found = sorted(number for number, when in self._dead.items() if when <= now)
        for number in found:
            del self._dead[number]
        return found

    def _pause(self, next_chore: float) -> float:
        """Seconds until there is something to do."""
        return max(0.0, min([next_chore, *self._dead.values()]) - time.monotonic())

    def _answers(self) -> bool:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.bind_addr, self.bind_addr)  # noqa: S104 -- compared
        try:
            socket.create_connection((host, self.bind_port), 0.5).close()
        except OSError:
            return False
        return True

    def _leave(self) -> None:
        """Tell the workers that they are no longer ready, and those who ask them the time to notice."""
        stopping = tuple(self.wrks)
        for one in stopping:  # told to end by somebody else too, one may be gone already: no surprise
            one.interrupt_by_parent = True
        _nudge(stopping)
        self._hurried.wait(self._drain)
        self.interrupt_children.clear()
        threading.Thread(target=self._keep_nudging, args=(stopping,), daemon=True).start()

    def _keep_nudging(self, stopping: Sequence[WorkerProcess]) -> None:
        """Wake workers that did not hear: Python can miss a signal just before it begins to wait."""
        while not self.ended.wait(0.3):
            _nudge(stopping)


def _nudge(stopping: Sequence[WorkerProcess]) -> None:
    for one in stopping:
        if one.inner.pid is not None:
            with suppress(ProcessLookupError):  # it has ended
                os.kill(one.inner.pid, worker.LEAVE)


def _heard_once() -> WorkerSignal:
    """In the place of Granian's own, which on a second signal waits for ever, holding the GIL.

    A second one is usual: systemd, for one, tells every process of a service, and then the supervisor does.
    """
    ending, times = WorkerSignal(), itertools.count()

    def hear(*_: object) -> None:
        if next(times) == 0:  # one step, which no other handler can interrupt
            ending.set()

    _signals.set_main_signals(hear)  # type: ignore[no-untyped-call]  # -- Granian's
    return ending


def _load(target: str, parent: int, level: str) -> "WSGIApplication":
    _signals.set_sync_signals = _heard_once
    return worker.load(target, parent, level)


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
    gc.disable()
    importlib.import_module(target.partition(":")[0])
    gc.freeze()  # what is here stays: collections in the workers leave its pages shared
    gc.enable()
    server = Workers(target, listening, on_ready, chore, chore_every)
    load = partial(_load, target, os.getpid(), listening.level)
    try:
        with suppress(SystemExit):  # Granian's word for a worker that ended before it was told to
            server.serve(target_loader=load, wrap_loader=False)
    finally:
        server.ended.set()
    if server.gave_up:
        raise GaveUp("The workers end as soon as they start; the lines above say why.")
