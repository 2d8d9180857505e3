"""Looks whether this worker can still open files, and ends it if not: the supervisor starts another."""

import os
import signal
import threading

from bridge.ops import health
from bridge.ops.logs import logger

LOOK_EVERY = 1.0  # seconds
MAX_MISSES = 3  # in a row: a crowd may take the last file for a moment
FINISH_WITHIN = 8.0  # seconds that its requests have


def watch() -> None:
    """Look from now on, in a thread that is there as long as the process, and opens nothing that it keeps."""
    threading.Thread(target=_watch, name="files", daemon=True).start()


def _watch() -> None:
    pause, misses = threading.Event(), 0
    while misses < MAX_MISSES:
        pause.wait(LOOK_EVERY)
        misses = 0 if health.can_open_files() else misses + 1
    health.leave()
    logger().error("worker.failed", why="It can open no more files.")
    os.kill(os.getpid(), signal.SIGTERM)
    pause.wait(FINISH_WITHIN)
    os._exit(1)  # what held the files holds the end up as well
