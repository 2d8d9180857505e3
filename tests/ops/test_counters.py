"""What happened in this process is counted, by whatever thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from bridge.ops.counters import CounterKey, Counters


def test_each_combination_of_labels_has_a_count_of_its_own() -> None:
    counters = Counters()
    counters.add("record.unreadable", kind="grant", why="seal")
    counters.add("record.unreadable", why="seal", kind="grant")
    counters.add("record.unreadable", kind="session", why="seal")
    counters.add("started")
    assert counters.snapshot() == {
        CounterKey("record.unreadable", (("kind", "grant"), ("why", "seal"))): 2,
        CounterKey("record.unreadable", (("kind", "session"), ("why", "seal"))): 1,
        CounterKey("started"): 1,
    }


def test_a_snapshot_stays_as_it_was() -> None:
    counters = Counters()
    before = counters.snapshot()
    counters.add("started")
    assert before == {}


def test_no_count_of_many_threads_is_lost() -> None:
    counters = Counters()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _number: [counters.add("hit", by="thread") for _ in range(1000)], range(8)))
    assert counters.snapshot() == {CounterKey("hit", (("by", "thread"),)): 8000}
