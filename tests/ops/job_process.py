"""A process with background jobs, for test_jobs: each run writes a line; ends in order at SIGTERM.

The worker is a fork of multiprocessing, as Granian's are, and ends as they do: by returning.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from pathlib import Path

from bridge.ops import logs
from bridge.ops.counters import Counters
from bridge.ops.jobs import Job, Jobs
from bridge.ops.worker import end_with
from bridge.stores import redis, sql


def work(redis_url: str, sql_url: str, lines: Path, limit: float, parent: int) -> None:
    end_with(parent)
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    logs.configure("error")
    pid = os.getpid()

    def note(name: str) -> str:
        with lines.open("a", encoding="utf-8") as file:
            file.write(f"{name} {pid}\n")
        return str(pid)

    jobs = Jobs(
        [
            Job("often", 0.05, lambda: note("often"), limit=limit),
            Job("hourly", 3600, lambda: note("hourly"), limit=limit),
        ],
        redis.RedisLease(redis.connect(redis_url)),
        sql.SqlJobLog(sql.connect(sql_url)),
        time.time,
        os.urandom,
        logs.logger(),
        Counters(),
        lease_seconds=0.8,
    )
    jobs.start()
    while not over.wait(0.5):
        pass


if __name__ == "__main__":
    fork = multiprocessing.get_context("fork")
    redis_url, sql_url, lines, limit = sys.argv[1:]
    arguments = (redis_url, sql_url, Path(lines), float(limit), os.getpid())
    worker = fork.Process(target=work, args=arguments)
    worker.start()
    print(worker.pid, flush=True)
    worker.join()
