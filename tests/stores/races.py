"""Races: one step done by many at once, over processes and threads; each process connects for itself."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.synchronize import Barrier
from threading import Barrier as ThreadBarrier
from typing import Any, Self

PROCESSES = 4
THREADS = 25
PATIENCE = 60  # seconds

Step = Callable[[int], Any]
_barriers: list[Barrier] = []


class Racers:
    """Four processes that wait for one another before each race."""

    def __enter__(self) -> Self:
        spawn = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(
            PROCESSES, spawn, initializer=_meet, initargs=(spawn.Barrier(PROCESSES),)
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def run(self, prepare: Callable[..., Step], *arguments: Any) -> list[Any]:
        """What a hundred calls gave: `prepare(*arguments)` makes each process' step, called with 0 … 99."""
        work = [self._pool.submit(_race, lane, prepare, arguments) for lane in range(PROCESSES)]
        return [result for lane in work for result in lane.result(PATIENCE)]


def _meet(barrier: Barrier) -> None:
    _barriers.append(barrier)


def _race(lane: int, prepare: Callable[..., Step], arguments: tuple[Any, ...]) -> list[Any]:
    step = prepare(*arguments)
    line = ThreadBarrier(THREADS)

    def run(number: int) -> Any:
        line.wait(PATIENCE)
        return step(lane * THREADS + number)

    with ThreadPoolExecutor(THREADS) as threads:
        _barriers[0].wait(PATIENCE)
        return list(threads.map(run, range(THREADS)))
