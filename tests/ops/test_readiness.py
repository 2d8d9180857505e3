"""Readiness tells what a sign-in needs, writing included, and asks the stores once however many ask it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from bridge.errors import StoreUnavailable
from bridge.ops import health
from bridge.ops.health import Readiness
from bridge.stores import redis as redis_stores
from bridge.stores import sql as sql_stores
from bridge.stores.redis import Redis
from bridge.stores.sql.tables import spent_tokens
from tests.stores.servers import valkey
from tests.support.databases import sqlite_with_tables
from tests.support.waiting import until


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    with valkey(tmp_path) as port:
        redis = redis_stores.connect(f"redis://127.0.0.1:{port}")
        yield redis
        redis.close()


def missing(**checks: health.HealthCheck) -> dict[str, str]:
    return dict(Readiness(checks).missing())


def test_a_redis_that_is_full_is_not_ready_though_it_answers(redis: Redis) -> None:
    assert missing(redis=redis.probe) == {}
    redis.command("CONFIG", "SET", "maxmemory", 1)
    redis.ping()
    assert missing(redis=redis.probe) == {"redis": "full"}


def test_a_redis_that_is_a_replica_is_not_ready_though_it_answers(redis: Redis) -> None:
    redis.command("REPLICAOF", "127.0.0.1", "1")
    redis.ping()
    assert missing(redis=redis.probe) == {"redis": "read_only"}


def test_a_user_of_redis_who_may_only_read_is_not_ready(redis: Redis, tmp_path: Path) -> None:
    redis.command("ACL", "SETUSER", "reader", "on", ">secret", "~*", "+@read", "+ping")
    reader = redis_stores.connect(f"redis://reader:secret@{redis.place}")
    reader.ping()
    assert missing(redis=reader.probe) == {"redis": "not_allowed"}
    reader.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    sqlite = request.param == "sqlite"
    url = sqlite_with_tables(tmp_path / "db") if sqlite else request.getfixturevalue("postgres_with_tables")
    engine = sql_stores.connect(url, pool_size=1)
    yield engine
    engine.dispose()


def test_sql_that_only_reads_is_not_ready_though_it_answers(engine: Engine) -> None:
    check = sql_stores.health_check(engine)
    assert missing(sql=check) == {}
    only_read = {"sqlite": "PRAGMA query_only = ON", "postgresql": "SET default_transaction_read_only = on"}
    with engine.connect().execution_options(alone=True) as connection:
        connection.exec_driver_sql(only_read[engine.dialect.name])
    assert missing(sql=check) == {"sql": "read_only"}


def test_a_probe_leaves_nothing_behind(engine: Engine) -> None:
    sql_stores.health_check(engine)()
    with engine.connect() as connection:
        assert connection.execute(spent_tokens.select()).all() == []
        assert connection.execute(text("SELECT 1")).scalar() == 1


def test_however_many_ask_the_stores_are_asked_once() -> None:
    asked: list[int] = []
    readiness = Readiness({"redis": lambda: asked.append(1)})
    threads = [threading.Thread(target=readiness.missing) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asked == [1]


def test_the_thread_notices_both_the_end_and_the_return() -> None:
    away = threading.Event()

    def check() -> None:
        if away.is_set():
            raise StoreUnavailable("SQL", "shutting_down")

    readiness = Readiness({"sql": check})
    readiness.start(every=0.01)
    assert readiness.missing() == {}
    away.set()
    until(lambda: readiness.missing() == {"sql": "shutting_down"}, "it notices nothing")
    away.clear()
    until(lambda: readiness.missing() == {}, "it does not notice the return")
    readiness.stop()


def test_a_check_that_hangs_is_begun_once_and_one_that_breaks_ends_nothing() -> None:
    never, begun = threading.Event(), []

    def hang() -> None:
        begun.append(1)
        never.wait(20)

    def break_off() -> None:
        raise ZeroDivisionError

    readiness = Readiness({"sql": hang, "keys": break_off}, within=0.05)
    readiness.start(every=0.01)
    until(lambda: readiness.missing() == {"sql": "timeout", "keys": "BridgeError"}, "it says nothing")
    threads = threading.active_count()
    until(lambda: len(begun) == 1 and threading.active_count() <= threads + 1, "threads pile up")
    never.set()
    until(lambda: readiness.missing() == {"keys": "BridgeError"}, "it does not notice the return")
    readiness.stop()


TICKS = 1800  # an hour of them


def test_an_hour_of_probes_leaves_files_threads_and_keys_as_they_were(redis: Redis, engine: Engine) -> None:
    readiness = Readiness({"redis": redis.probe, "sql": sql_stores.health_check(engine)}, within=20)
    readiness._probe(anew=True)
    files, threads, keys = len(os.listdir("/proc/self/fd")), threading.active_count(), redis.command("DBSIZE")
    for _ in range(TICKS):
        readiness._probe(anew=True)
        assert health.can_open_files()
    assert readiness.missing() == {}
    assert len(os.listdir("/proc/self/fd")) <= files + 2  # a store's connection, begun since
    assert threading.active_count() <= threads
    assert redis.command("DBSIZE") == keys


def test_without_a_thread_it_is_not_ready_and_is_again_once_there_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    readiness = Readiness({"sql": lambda: None})
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", _refused)
        assert readiness.missing() == {"sql": "BridgeError"}
    readiness._probe(anew=True)
    assert readiness.missing() == {}


def _refused(_thread: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")
