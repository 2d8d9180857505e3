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
from bridge.ops.jobs import Job, Jobs
from bridge.ops.worker import end_with
from bridge.stores import redis, sql


def work(redis_url: str, sql_url: str, lines: Path, parent: int) -> None:
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
            Job("often", 0.05, lambda: note("often"), limit=0.2),
            Job("hourly", 3600, lambda: note("hourly"), limit=0.2),
        ],
        redis.RedisLease(redis.connect(redis_url)),
        sql.SqlJobLog(sql.connect(sql_url)),
        time.time,
        os.urandom,
        logs.logger(),
        lease_seconds=0.8,
    )
    jobs.start()
    while not over.wait(0.5):
        pass


if __name__ == "__main__":
    fork = multiprocessing.get_context("fork")
    worker = fork.Process(target=work, args=(sys.argv[1], sys.argv[2], Path(sys.argv[3]), os.getpid()))
    worker.start()
    print(worker.pid, flush=True)
    worker.join()
