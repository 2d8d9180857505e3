"""Connections that live but are useless are dropped with their kin; all is well without a restart."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis as Client
from redis.exceptions import ResponseError
from sqlalchemy import Engine, text

from bridge.errors import StoreUnavailable
from bridge.stores import migrate
from bridge.stores import redis as redis_stores
from bridge.stores import sql as sql_stores
from bridge.stores.redis import Redis
from bridge.stores.redis.faults import cause_of
from tests.stores.samples import NOW
from tests.stores.servers import await_true, valkey
from tests.support.switch import Switch, switch

KEPT = 5  # connections that stand when the roles change


class Pair:
    """Two Valkeys behind one address, the first one leading."""

    def __init__(self, ports: tuple[int, int], front: Switch) -> None:
        self.ports = ports
        self.front = front
        self.redis = redis_stores.connect(f"redis://127.0.0.1:{front.port}")

    def follow(self, follower: int, leader: int) -> None:
        """One is a replica of the other from now on."""
        self.lead(leader)
        with Client(port=self.ports[follower], protocol=2) as client:
            client.execute_command("REPLICAOF", "127.0.0.1", self.ports[leader])

    def lead(self, server: int) -> None:
        """It is no replica any more."""
        with Client(port=self.ports[server], protocol=2) as client:
            client.execute_command("REPLICAOF", "NO", "ONE")

    def pid(self, server: int) -> int:
        with Client(port=self.ports[server], protocol=2) as client:
            return int(client.info("server")["process_id"])


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with valkey(tmp_path, name="a") as first, valkey(tmp_path, name="b") as second, switch(first) as front:
        pair = Pair((first, second), front)
        pair.follow(1, leader=0)
        keep_many(pair.redis)
        yield pair
        pair.redis.close()


def keep_many(redis: Redis) -> None:
    """So many threads ask at once that KEPT connections stand afterwards."""
    line = threading.Barrier(KEPT)

    def ask() -> None:
        line.wait(10)
        redis.command("BLPOP", "nothing", "0.2")

    threads = [threading.Thread(target=ask) for _ in range(KEPT)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert redis.command("CLIENT", "LIST").count(b"id=") >= KEPT


def failures(step: object, tries: int) -> list[str]:
    """The causes of the failures among so many tries."""
    causes = []
    for _ in range(tries):
        try:
            step()  # type: ignore[operator]  # -- any call
        except StoreUnavailable as error:
            causes.append(error.cause)
    return causes


def test_roles_swapped_cost_one_failure_and_not_one_for_each_connection(pair: Pair) -> None:
    pair.follow(0, leader=1)
    pair.front.target = pair.ports[1]
    assert failures(lambda: pair.redis.command("SET", "k", "v"), 2 * KEPT) == ["read_only"]
    assert pair.redis.command("GET", "k") == b"v"


def test_a_script_that_may_not_write_tells_of_it_too(pair: Pair) -> None:
    pair.follow(0, leader=1)
    pair.front.target = pair.ports[1]
    assert failures(pair.redis.probe, 2 * KEPT) == ["read_only"]


def test_a_server_that_hangs_is_left_with_all_its_connections(pair: Pair) -> None:
    process = pair.pid(0)
    pair.lead(1)
    os.kill(process, signal.SIGSTOP)
    try:
        pair.front.target = pair.ports[1]
        began = time.monotonic()
        assert failures(lambda: pair.redis.command("SET", "k", "v"), 2 * KEPT) == ["timeout"]
        assert time.monotonic() - began < 2
    finally:
        os.kill(process, signal.SIGCONT)


def test_a_server_without_its_replicas_is_left(pair: Pair) -> None:
    pair.redis.command("CONFIG", "SET", "min-replicas-to-write", 3)
    pair.lead(1)
    pair.front.target = pair.ports[1]
    assert failures(lambda: pair.redis.command("SET", "k", "v"), 2 * KEPT) == ["no_primary"]


def test_a_replica_that_lost_its_master_is_left_also_by_who_reads(pair: Pair) -> None:
    pair.redis.command("CONFIG", "SET", "replica-serve-stale-data", "no")
    pair.redis.command("REPLICAOF", "127.0.0.1", "1")
    pair.lead(1)
    pair.front.target = pair.ports[1]
    assert failures(lambda: pair.redis.command("GET", "k"), 2 * KEPT) == ["no_primary"]


def test_a_full_server_is_not_left_since_it_still_reads(pair: Pair) -> None:
    taken = pair.front.taken
    pair.redis.command("CONFIG", "SET", "maxmemory", "1")
    assert failures(lambda: pair.redis.command("SET", "k", "v"), 3) == ["full"] * 3
    assert pair.front.taken == taken


def test_a_question_that_makes_no_sense_is_a_bug_and_not_an_outage(pair: Pair) -> None:
    told: list[StoreUnavailable] = []
    pair.redis.on_failure = told.append
    pair.redis.command("SET", "text", "v")
    for senseless in (("LPUSH", "text", "v"), ("GET",), ("SET", "k", "v", "EX", "soon")):
        with pytest.raises(ResponseError) as caught:
            pair.redis.command(*senseless)
        assert not isinstance(caught.value, StoreUnavailable)
        assert cause_of(caught.value) is None
    assert told == []


# PostgreSQL


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Engine]:
    migrate.upgrade(postgres_url)
    engine = sql_stores.connect(postgres_url, pool_size=KEPT)
    yield engine
    engine.dispose()


def spend(engine: Engine) -> None:
    sql_stores.SqlSpentTokens(engine).spend(os.urandom(8).hex(), NOW)


def hold_all(engine: Engine) -> None:
    """Open all connections of the pool, and give them back."""
    held = [engine.connect() for _ in range(KEPT)]
    for connection in held:
        connection.execute(text("SELECT 1"))
    for connection in held:
        connection.close()


def test_connections_that_came_to_a_read_only_server_are_left_at_the_first_word(postgres: Engine) -> None:
    administrator = sql_stores.connect(postgres.url.render_as_string(hide_password=False), pool_size=1)
    with administrator.begin() as connection:
        name = f'"{postgres.url.database}"'
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    hold_all(postgres)
    with pytest.raises(StoreUnavailable) as caught:
        sql_stores.health_check(postgres)()
    assert caught.value.cause == "read_only"
    hold_all(postgres)
    with administrator.begin() as connection:
        connection.execute(text(f"ALTER DATABASE {name} RESET default_transaction_read_only"))
    administrator.dispose()
    assert failures(lambda: spend(postgres), 2 * KEPT) == ["read_only"]


def test_connections_that_the_server_ended_are_not_used(postgres: Engine) -> None:
    hold_all(postgres)
    other = sql_stores.connect(postgres.url.render_as_string(hide_password=False), pool_size=1)
    with other.begin() as connection:
        ended = connection.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        assert len(ended.all()) == KEPT
    other.dispose()
    await_true(lambda: failures(lambda: spend(postgres), 1) == [])


def test_a_sqlite_connection_that_only_reads_is_left(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bridge.db'}"
    migrate.upgrade(url)
    engine = sql_stores.connect(url)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
    assert failures(lambda: spend(engine), 3) == ["read_only"]
    engine.dispose()
