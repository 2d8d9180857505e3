"""How often something happened in this process: what operators read as metrics."""

from collections import Counter
from collections.abc import Mapping
from threading import Lock
from typing import NamedTuple


class CounterKey(NamedTuple):
    """What is counted: a name, and its labels in the order of their names."""

    name: str
    labels: tuple[tuple[str, str], ...] = ()


class Counters:
    """ports.basics.Counters, in memory; threads share it.

    Labels are few and of fixed words: each new combination is kept until the process ends.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[CounterKey] = Counter()

    def add(self, name: str, **labels: str) -> None:
        """Count one."""
        key = CounterKey(name, tuple(sorted(labels.items())))
        with self._lock:
            self._counts[key] += 1

    def snapshot(self) -> Mapping[CounterKey, int]:
        """All counts as they are now."""
        with self._lock:
            return dict(self._counts)
