"""Background jobs: one thread in each worker process, and of all processes one that does each job.

Who does a job holds its lease in Redis, and renews it in time; one that died loses it by itself, and another
goes on. A Redis that forgets may let two do the same job at once, so a job does no harm when done twice.
A job that takes long keeps this process's other jobs waiting: it does a piece and comes back.
"""

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import util

from bridge.domain.encoding import TokenBytes
from bridge.errors import BridgeError, StoreUnavailable
from bridge.ports.basics import Clock, Counters
from bridge.ports.outbound import EventLog, JobLog, JobRun, Lease

LEASE = 10.0  # seconds that a lease lasts beyond the longest run of its job
AWAY = 5.0  # seconds until a store that is away is tried again
STOP_WITHIN = 0.8  # seconds that a run under way has at the end of the process

Work = Callable[[], str | int | None]


@dataclass(frozen=True, slots=True)
class Job:
    """Something to be done every so many seconds. `work` returns what it did in a word, None for nothing.

    `limit`: seconds in which a run is over; after a death another process goes on by then, and LEASE.
    """

    name: str
    every: float
    work: Work
    limit: float = 5.0


@dataclass(slots=True)
class _Turn:
    """How this process stands to a job. All on the monotonic clock."""

    held_until: float = 0.0  # the lease is surely ours till then
    due_at: float = 0.0  # when it runs next, if the lease is ours
    look_at: float = 0.0  # when there is something to do: a run, or the lease
    waits: bool = False  # a store is away, and that was logged


@dataclass(slots=True)
class _Running:
    """The thread of one process."""

    pid: int
    holder: str
    stopping: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None
    at_exit: util.Finalize | None = None


class Jobs:
    """The jobs of one process. Nothing is begun before `start`, so that forks are safe."""

    def __init__(
        self,
        jobs: Sequence[Job],
        lease: Lease,
        job_log: JobLog,
        clock: Clock,
        token_bytes: TokenBytes,
        log: EventLog,
        counters: Counters,
        *,
        lease_seconds: float = LEASE,
        away: float = AWAY,
    ) -> None:
        if len({job.name for job in jobs}) != len(jobs):
            raise ValueError("each job has a name of its own")
        self._jobs = tuple(jobs)
        self._lease = lease
        self._job_log = job_log
        self._clock = clock
        self._token_bytes = token_bytes
        self._log = log
        self._counters = counters
        self._lease_seconds = lease_seconds
        self._away = away
        self._starting = threading.Lock()
        self._running: _Running | None = None

    def start(self) -> None:
        """Begin in this process. More calls do nothing, also after `stop`; a fork begins for itself."""
        pid = os.getpid()
        if self._running is not None and self._running.pid == pid:
            return
        with self._starting:
            if self._running is not None and self._running.pid == pid:
                return
            running = _Running(pid, f"{pid}-{self._token_bytes(8).hex()}")
            running.thread = threading.Thread(target=self._loop, args=(running,), name="jobs", daemon=True)
            # Workers are forks of multiprocessing, which runs these at their end and no atexit functions.
            running.at_exit = util.Finalize(None, self.stop, exitpriority=10)
            self._running = running
            running.thread.start()

    def stop(self, within: float = STOP_WITHIN) -> bool:
        """End, and give the leases back. Whether that was done in `within` seconds; else they run out."""
        running = self._running
        if running is None or running.pid != os.getpid() or running.thread is None:
            return True
        running.stopping.set()
        running.thread.join(within)
        if running.at_exit is not None:
            running.at_exit.cancel()
        return not running.thread.is_alive()

    def _loop(self, running: _Running) -> None:
        turns = {job.name: _Turn() for job in self._jobs}
        while not running.stopping.is_set():
            for job in self._jobs:
                if time.monotonic() >= turns[job.name].look_at and not running.stopping.is_set():
                    self._look_safely(job, turns[job.name], running.holder)
            next_look = min((turn.look_at for turn in turns.values()), default=time.monotonic() + LEASE)
            running.stopping.wait(max(0.0, next_look - time.monotonic()))
        self._give_back(turns, running.holder)

    def _give_back(self, turns: Mapping[str, _Turn], holder: str) -> None:
        for name, turn in turns.items():
            if turn.held_until > time.monotonic():
                with suppress(BridgeError):  # it runs out by itself
                    self._lease.release(name, holder)

    def _look_safely(self, job: Job, turn: _Turn, holder: str) -> None:
        """Nothing that a store or a job does ends the thread."""
        try:
            self._look(job, turn, holder)
        except StoreUnavailable as error:
            turn.look_at = time.monotonic() + self._away
            if not turn.waits:  # once, not every few seconds of an outage
                turn.waits = True
                self._log.warning("job.waits", job=job.name, **error.facts)
        except Exception:
            turn.look_at = time.monotonic() + self._away
            self._log.exception("job.failed", job=job.name)

    def _look(self, job: Job, turn: _Turn, holder: str) -> None:
        """Take or renew the lease, and run when due. Raises StoreUnavailable."""
        if not self._hold(job, turn, holder):
            turn.waits = False
            turn.look_at = time.monotonic() + self._lease_seconds / 3
            return
        began = time.monotonic()
        if began >= turn.due_at:
            self._run(job)  # where a store is away it stays due
            turn.due_at = max(began + job.every, time.monotonic())
            if turn.waits:
                turn.waits = False
                self._log.info("job.goes_on", job=job.name)
        turn.look_at = min(turn.due_at, self._renew_at(job, turn))

    def _hold(self, job: Job, turn: _Turn, holder: str) -> bool:
        """Whether the lease is ours for as long as a run may take."""
        now = time.monotonic()
        if now < self._renew_at(job, turn):
            return True
        ttl = job.limit + self._lease_seconds
        ask = self._lease.renew if turn.held_until > now else self._lease.take
        held = ask(job.name, holder, ttl)
        if held and turn.held_until <= now:  # somebody else's until now, perhaps
            turn.due_at = now + self._due_in(job)
        turn.held_until = now + ttl if held else 0.0
        return held

    def _renew_at(self, job: Job, turn: _Turn) -> float:
        return turn.held_until - job.limit - self._lease_seconds / 2

    def _due_in(self, job: Job) -> float:
        """Seconds until a job is due that another process may have run last."""
        if job.every <= self._lease_seconds:
            return 0.0
        last = self._job_log.last().get(job.name)
        return min(max(0.0, last.at + job.every - self._clock()), job.every) if last else 0.0

    def _run(self, job: Job) -> None:
        """One run: logged, counted and kept where it did something or failed. Raises StoreUnavailable."""
        at, began = int(self._clock()), time.monotonic()
        failed, result = False, None
        try:
            result = job.work()
        except StoreUnavailable:
            self._counters.add("job_runs", job=job.name, outcome="failed")
            raise
        except Exception as error:
            failed, result = True, type(error).__name__  # its text may hold what somebody sent
            self._log.exception("job.failed", job=job.name)
        outcome = "failed" if failed else "idle" if result is None else "done"
        self._counters.add("job_runs", job=job.name, outcome=outcome)
        if result is None:
            return
        milliseconds = round((time.monotonic() - began) * 1000)
        if not failed:
            self._log.info("job.done", job=job.name, milliseconds=milliseconds, result=result)
        with suppress(StoreUnavailable):  # what was done is done
            self._job_log.record(JobRun(job.name, at, milliseconds, str(result), failed))
