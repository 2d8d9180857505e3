"""What runs in a worker process: Granian's HTTP, without an event loop; callbacks hand requests over.

Here alone we use what Granian does not promise: its ASGI worker, given a scheduler of our own (DESIGN §4).
The version is pinned, and tests/run asks all of it of real sockets.
"""

import itertools
import threading
from collections.abc import Callable
from typing import Any

from granian import _signals
from granian._granian import ASGIWorker, CallbackScheduler, WorkerSignal
from granian.constants import RuntimeModes
from granian.server.common import WORKERS_METHODS
from granian.server.mp import WorkerProcess

from bridge.ops.bodies import Directly
from bridge.ops.requests import Requests


class Scheduler(CallbackScheduler):
    """Granian gives it each request's head, in a thread of its pool."""

    _schedule_fn: Callable[[Any], None]


def scheduler(arrived: Callable[[Any], None]) -> Scheduler:
    """One that hands requests over at once. What else a scheduler has is for coroutines; here are none."""
    made = Scheduler(Directly(), None, None, None, None)  # type: ignore[call-arg]  # -- its stub is empty
    made._schedule_fn = arrived
    return made


@WorkerProcess.wrap_target  # type: ignore[untyped-decorator]  # -- Granian's
def spawn(
    worker_id: int,
    requests: Requests,
    sock: Any,
    ipc: Any,
    _loop: Any,
    runtime_mode: RuntimeModes,
    runtime_threads: int,
    runtime_blocking_threads: int | None,
    blocking_threads: int,
    blocking_threads_idle_timeout: int,
    backpressure: int,
    _task_impl: Any,
    *options: Any,
) -> None:
    """Serve until a signal says to stop; in the place of Granian's own, which has the same parameters."""
    http_mode, http1_settings, http2_settings, websockets, static_path, _log, ssl, _scope, metrics = options
    ending, ended = _ending_at_first_signal(), threading.Event()
    ending.add_cb(ended.set)
    make: Callable[..., Any] = ASGIWorker  # its stub lacks parameters
    server = make(
        worker_id,
        sock,
        ipc,
        runtime_threads,
        runtime_blocking_threads,
        blocking_threads,
        blocking_threads_idle_timeout,
        backpressure,
        http_mode,
        http1_settings,
        http2_settings,
        websockets,
        static_path,
        *ssl,
        metrics,
    )
    serve = getattr(server, WORKERS_METHODS[runtime_mode][False])
    requests.bodies.watch()
    serve(scheduler(requests.arrived), Directly(), ending)
    ended.wait()


def _ending_at_first_signal() -> WorkerSignal:
    """In the place of Granian's own, which waits for ever at a second signal, holding the GIL.

    Two signals are usual: systemd signals every process of a service, and then the supervisor does as well.
    """
    ending, times = WorkerSignal(), itertools.count()

    def handle(*_: object) -> None:
        if next(times) == 0:  # one step, which no other handler can interrupt
            ending.set()

    _signals.set_main_signals(handle)  # type: ignore[no-untyped-call]  # -- Granian's
    return ending
