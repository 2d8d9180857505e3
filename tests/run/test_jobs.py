"""Background jobs in running workers: each is done by one of them, and by another when that one dies."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping

import pytest
from redis import Redis

from bridge.settings import load
from bridge.stores import embedded, sql
from bridge.stores.redis import layout
from tests.run.conftest import Bridge, Run
from tests.support.waiting import until

JOBS = {"outbox", "keys", "purge"}
LONG = 60  # seconds; a dead worker's lease of the outbox lives 15


@pytest.fixture
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis that outlives the bridge."""
    server = embedded.start(tmp_path_factory.mktemp("jobs"))
    yield server.url
    server.stop()


def holders(valkey: str) -> Mapping[str, int]:
    """The process that has each job now."""
    with Redis.from_url(valkey) as client:
        found = {job: client.get(layout.lease(job)) for job in JOBS}
    return {job: int(holder.partition(b"-")[0]) for job, holder in found.items() if holder}


def has_run(bridge: Bridge, job: str) -> bool:
    engine = sql.connect(load(environ=bridge.environ).database_url)
    try:
        return job in sql.SqlJobLog(engine).last()
    finally:
        engine.dispose()


def at_work(run: Run, valkey: str) -> Bridge:
    """A bridge all of whose jobs have somebody, and whose purge has run."""
    bridge = run(BRIDGE_REDIS__URL=valkey).ready()
    until(lambda: holders(valkey).keys() == JOBS, "a job has nobody")
    until(lambda: has_run(bridge, "purge"), "the purge does not run")
    return bridge


def test_each_job_is_done_by_one_worker(run: Run, valkey: str) -> None:
    bridge = at_work(run, valkey)
    assert set(holders(valkey).values()) <= set(bridge.workers())
    purges = [line for line in bridge.said().splitlines() if '"job.done"' in line and '"purge"' in line]
    assert len(purges) == 1


def test_when_a_worker_is_killed_another_does_its_jobs(run: Run, valkey: str) -> None:
    bridge = at_work(run, valkey)
    killed = holders(valkey)["outbox"]
    os.kill(killed, signal.SIGKILL)
    until(lambda: holders(valkey).get("outbox", killed) != killed, "nobody takes the outbox", LONG)
    until(lambda: holders(valkey).get("outbox") in bridge.workers(), "who took it is none of the workers")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_who_ends_in_order_gives_its_jobs_back(run: Run, valkey: str, number: signal.Signals) -> None:
    """So that the next start does not wait for the leases of this one."""
    bridge = at_work(run, valkey)
    bridge.process.send_signal(number)
    assert bridge.ended() == 0
    assert holders(valkey) == {}
