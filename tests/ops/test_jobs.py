"""Background jobs: one process of all does each, whatever dies, breaks or is away."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from bridge.errors import StoreUnavailable
from bridge.ops.jobs import Job, Jobs
from bridge.ports.outbound import JobLog, JobRun
from bridge.stores import embedded
from bridge.stores import redis as redis_stores
from bridge.stores import sql as sql_stores
from bridge.stores.embedded import EmbeddedRedis
from bridge.stores.redis import Redis
from tests.outbound.house import Counts, Log
from tests.support.databases import sqlite_with_tables
from tests.support.tools import ROOT
from tests.support.waiting import until


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRedis]:
    server = embedded.start(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture
def redis(server: EmbeddedRedis) -> Iterator[Redis]:
    redis = redis_stores.connect(server.url)
    redis.command("FLUSHALL")
    yield redis
    redis.close()


@pytest.fixture
def sql_url(tmp_path: Path) -> str:
    return sqlite_with_tables(tmp_path / "bridge.db")


@pytest.fixture
def job_log(sql_url: str) -> Iterator[JobLog]:
    engine = sql_stores.connect(sql_url)
    yield sql_stores.SqlJobLog(engine)
    engine.dispose()


Make = Callable[..., Jobs]


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def counts() -> Counts:
    return Counts()


@pytest.fixture
def make(redis: Redis, job_log: JobLog, log: Log, counts: Counts) -> Iterator[Make]:
    """Makes Jobs with short leases; what was started is stopped in the end."""
    with ExitStack() as stack:

        def made(jobs: Sequence[Job], **others: object) -> Jobs:
            lease = others.pop("lease", redis_stores.RedisLease(redis))
            kept = others.pop("job_log", job_log)
            options = {"lease_seconds": 0.5, "away": 0.05} | others
            found = Jobs(jobs, lease, kept, time.time, os.urandom, log, counts, **options)  # type: ignore[arg-type]  # -- as given
            stack.callback(found.stop, 10)
            return found

        yield made


def keys(redis: Redis) -> list[bytes]:
    found: list[bytes] = redis.command("KEYS", "*")
    return found


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "jobs"]


class Counter:
    """Work that counts its runs."""

    def __init__(self, result: str | int | None = None) -> None:
        self.runs = 0
        self._result = result

    def __call__(self) -> str | int | None:
        self.runs += 1
        return self._result


class TestOneProcess:
    def test_a_job_is_done_again_and_again(self, make: Make) -> None:
        work = Counter()
        make([Job("often", 0.01, work)]).start()
        until(lambda: work.runs > 5, "it did not run again")

    def test_before_its_start_there_is_no_thread_and_no_key(self, make: Make, redis: Redis) -> None:
        make([Job("often", 0.01, Counter())])
        assert threads() == []
        assert keys(redis) == []

    def test_a_second_start_changes_nothing(self, make: Make) -> None:
        jobs = make([Job("often", 0.01, Counter())])
        for _ in range(3):
            jobs.start()
        assert len(threads()) == 1

    def test_after_its_stop_nothing_is_left_and_nothing_begins(self, make: Make, redis: Redis) -> None:
        work = Counter()
        jobs = make([Job("often", 0.01, work), Job("hourly", 3600, work)])
        jobs.start()
        until(lambda: len(keys(redis)) == 2, "it took no leases")
        began = time.monotonic()
        assert jobs.stop()
        assert time.monotonic() - began < 1
        assert threads() == []
        assert keys(redis) == []
        jobs.start()
        assert threads() == []

    def test_a_run_that_hangs_does_not_hold_the_end_up(self, make: Make) -> None:
        started, over = threading.Event(), threading.Event()

        def hang() -> None:
            started.set()
            over.wait(20)

        jobs = make([Job("hanging", 1, hang)])
        jobs.start()
        assert started.wait(10)
        began = time.monotonic()
        assert not jobs.stop()
        assert time.monotonic() - began < 1
        over.set()

    def test_a_run_that_did_something_is_logged_counted_and_kept(
        self, make: Make, counts: Counts, log: Log, job_log: JobLog
    ) -> None:
        jobs = make([Job("purge", 3600, Counter(7))])
        jobs.start()
        until(lambda: bool(job_log.last()), "it was not kept")
        (done,) = log.named("job.done")
        assert (done["job"], done["result"]) == ("purge", 7)
        assert done["milliseconds"] >= 0
        run = job_log.last()["purge"]
        assert (run.result, run.failed) == ("7", False)
        assert abs(run.at - time.time()) < 5
        assert counts == {"job_runs purge done": 1}

    def test_a_run_that_did_nothing_is_only_counted(
        self, make: Make, counts: Counts, log: Log, job_log: JobLog
    ) -> None:
        jobs = make([Job("idle", 0.01, Counter(None))])
        jobs.start()
        until(lambda: counts["job_runs idle idle"] > 2, "it did not run")
        assert log.events == []
        assert job_log.last() == {}

    def test_an_exception_is_survived_and_told_without_its_text(
        self, make: Make, counts: Counts, log: Log, job_log: JobLog
    ) -> None:
        others = Counter()

        def broken() -> None:
            raise ZeroDivisionError("a secret")

        jobs = make([Job("broken", 0.01, broken), Job("well", 0.01, others)])
        jobs.start()
        until(lambda: counts["job_runs broken failed"] > 2 and others.runs > 2, "the thread ended")
        assert job_log.last()["broken"] == JobRun(
            "broken",
            job_log.last()["broken"].at,
            job_log.last()["broken"].milliseconds,
            "ZeroDivisionError",
            True,
        )
        assert {facts["job"] for facts in log.named("job.failed")} == {"broken"}
        assert "a secret" not in repr(log.events)

    def test_a_job_that_ran_lately_elsewhere_is_not_due_yet(
        self, make: Make, job_log: JobLog, redis: Redis
    ) -> None:
        lately, long_ago = Counter(), Counter(1)
        now = int(time.time())
        job_log.record(JobRun("lately", now - 60, 1, ""))
        job_log.record(JobRun("long ago", now - 4000, 1, ""))
        make([Job("lately", 3600, lately), Job("long ago", 3600, long_ago)]).start()
        until(lambda: bool(long_ago.runs), "the one that is due did not run")
        until(lambda: len(keys(redis)) == 2, "both leases are held")
        assert lately.runs == 0

    def test_names_are_unique(self, make: Make) -> None:
        with pytest.raises(ValueError, match="name of its own"):
            make([Job("same", 1, Counter()), Job("same", 2, Counter())])


class Away:
    """A store that is away while a test says so."""

    def __init__(self, store: object) -> None:
        self.store = store
        self.away = True
        self.asked = 0

    def __getattr__(self, name: str) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            self.asked += 1
            if self.away:
                raise StoreUnavailable("Redis", "unreachable")
            found: object = getattr(self.store, name)(*arguments)
            return found

        return call


class TestStoresAway:
    def test_with_redis_away_nothing_runs_and_one_line_says_so(
        self, make: Make, redis: Redis, log: Log
    ) -> None:
        work = Counter()
        lease = Away(redis_stores.RedisLease(redis))
        make([Job("often", 0.01, work)], lease=lease).start()
        until(lambda: lease.asked > 3, "it was not tried again")
        assert work.runs == 0
        assert [event for event, _ in log.events] == ["job.waits"]
        lease.away = False
        until(lambda: work.runs > 2, "it did not go on")
        assert [event for event, _ in log.events] == ["job.waits", "job.goes_on"]

    def test_a_lease_that_can_no_longer_be_renewed_is_not_relied_on(self, make: Make, redis: Redis) -> None:
        work = Counter()
        lease = Away(redis_stores.RedisLease(redis))
        lease.away = False
        make([Job("often", 0.01, work, limit=0.1)], lease=lease).start()
        until(lambda: work.runs > 2, "it did not run")
        lease.away = True
        asked = lease.asked
        until(lambda: lease.asked > asked + 3, "it was not tried again")
        redis.command("FLUSHALL")
        assert redis_stores.RedisLease(redis).take("often", "another", 60)
        runs = work.runs
        lease.away = False
        asked = lease.asked
        until(lambda: lease.asked > asked + 1, "it was not asked for again")
        assert work.runs == runs

    def test_work_whose_store_is_away_stays_due(self, make: Make, counts: Counts, log: Log) -> None:
        tried = itertools.count(1)
        done = threading.Event()

        def work() -> int:
            if next(tried) < 4:
                raise StoreUnavailable("Redis", "unreachable")
            done.set()
            return 1

        jobs = make([Job("hourly", 3600, work)])
        jobs.start()
        assert done.wait(10)
        until(lambda: bool(log.named("job.goes_on")), "it was not told")
        assert [event for event, _ in log.events] == ["job.waits", "job.done", "job.goes_on"]
        assert counts == {"job_runs hourly failed": 3, "job_runs hourly done": 1}

    def test_work_is_not_done_again_because_its_log_is_away(
        self, make: Make, counts: Counts, job_log: JobLog
    ) -> None:
        work = Counter(1)

        class NoRecord:
            def last(self) -> Mapping[str, JobRun]:
                return {}

            def record(self, run: JobRun) -> None:
                raise StoreUnavailable("Redis", "unreachable")

        jobs = make([Job("hourly", 3600, work), Job("often", 0.01, Counter())], job_log=NoRecord())
        jobs.start()
        until(lambda: counts["job_runs often idle"] > 20, "the other one did not run")
        assert work.runs == 1

    def test_a_real_redis_that_hangs_is_survived(
        self, make: Make, server: EmbeddedRedis, log: Log, job_log: JobLog
    ) -> None:
        work = Counter()
        lease = redis_stores.RedisLease(redis_stores.connect(server.url, read_timeout=0.1))
        make([Job("often", 0.01, work)], lease=lease).start()
        until(lambda: bool(work.runs), "it did not run")
        server.process.send_signal(signal.SIGSTOP)
        try:
            until(lambda: bool(log.named("job.waits")), "it noticed nothing")
        finally:
            server.process.send_signal(signal.SIGCONT)
        until(lambda: bool(log.named("job.goes_on")), "it did not go on")


class TestTwoInOneProcess:
    """Two Jobs stand for two processes where nobody has to die."""

    def test_each_job_is_done_by_one(self, make: Make, redis: Redis) -> None:
        works = [Counter(), Counter()]
        pair = [make([Job("often", 0.01, work, limit=0.1)]) for work in works]
        pair[0].start()
        until(lambda: works[0].runs > 2, "the first did not run")
        pair[1].start()
        until(lambda: works[0].runs > 100, "the first did not go on")
        assert works[1].runs == 0

    def test_when_one_ends_in_order_the_other_goes_on(self, make: Make) -> None:
        works = [Counter(), Counter()]
        pair = [make([Job("often", 0.01, work, limit=60)]) for work in works]
        pair[0].start()
        until(lambda: bool(works[0].runs), "the first did not run")
        pair[1].start()
        assert pair[0].stop(10)
        until(
            lambda: bool(works[1].runs), "the second did not take over"
        )  # long before the lease's 60 seconds


class Running:
    """A process of job_process, and the lines that all of them write."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        self.worker = int(process.stdout.readline())


@contextmanager
def running(server: EmbeddedRedis, sql_url: str, lines: Path, limit: float = 0.2) -> Iterator[Running]:
    command = [sys.executable, "-m", "tests.ops.job_process", server.url, sql_url, str(lines), str(limit)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Running(process)
        finally:
            process.kill()


def runs(lines: Path, job: str, worker: int) -> int:
    found = lines.read_text(encoding="utf-8").splitlines() if lines.exists() else []
    return found.count(f"{job} {worker}")


class TestTwoProcesses:
    @pytest.mark.parametrize("with_signal", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "ended"])
    def test_when_one_dies_the_other_takes_over_and_what_is_not_due_is_not_done_again(
        self, server: EmbeddedRedis, redis: Redis, sql_url: str, tmp_path: Path, with_signal: signal.Signals
    ) -> None:
        lines = tmp_path / "lines"
        with running(server, sql_url, lines) as first:
            until(lambda: runs(lines, "often", first.worker) > 3, "the first did not work")
            until(lambda: runs(lines, "hourly", first.worker) == 1, "the first did not work hourly")
            with running(server, sql_url, lines) as second:
                before = runs(lines, "often", first.worker)
                until(lambda: runs(lines, "often", first.worker) > before + 20, "the first did not go on")
                assert runs(lines, "often", second.worker) == 0
                os.kill(first.worker, with_signal)
                first.process.wait(10)
                ended_with = runs(lines, "often", first.worker)
                until(lambda: runs(lines, "often", second.worker) > 3, "the second did not take over")
                until(lambda: len(keys(redis)) == 2, "both leases are held")
                assert runs(lines, "often", first.worker) == ended_with
                assert runs(lines, "hourly", first.worker) + runs(lines, "hourly", second.worker) == 1

    def test_at_the_end_of_a_process_its_leases_are_given_back_at_once(
        self, server: EmbeddedRedis, redis: Redis, sql_url: str, tmp_path: Path
    ) -> None:
        with running(server, sql_url, tmp_path / "lines", limit=60) as only:
            until(lambda: len(keys(redis)) == 2, "it took no leases")
            began = time.monotonic()
            os.kill(only.worker, signal.SIGTERM)
            assert only.process.wait(10) == 0
            assert time.monotonic() - began < 5  # a second of ours, and the end of two Pythons
            assert keys(redis) == []
