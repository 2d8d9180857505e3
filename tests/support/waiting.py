"""Waiting for something to become true, with a deadline; no test sleeps for a fixed time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(found: Callable[[], T | None], complaint: str, seconds: float = 20) -> T:
    """What `found` gives as soon as it gives something; fails with `complaint` after the deadline."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while (value := found()) is None or value is False:
        assert time.monotonic() < deadline, complaint
        pause.wait(0.02)
    return value
