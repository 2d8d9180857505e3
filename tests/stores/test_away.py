"""Servers that are away: one typed error, in less than a second, and all is well when they are back."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from bridge.domain.ids import SessionKey
from bridge.errors import ConfigError, StoreUnavailable
from bridge.ports.basics import Rate
from bridge.ports.sessions import SessionContents
from bridge.stores import embedded, migrate
from bridge.stores import redis as redis_stores
from bridge.stores import sql as sql_stores
from bridge.stores.embedded import EmbeddedRedis
from bridge.stores.redis import Redis
from tests.stores import samples
from tests.stores.samples import COUNTERS, NOW, SEALER, SESSION_1
from tests.stores.servers import await_true, free_port, valkey


@contextmanager
def unavailable_within(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    with pytest.raises(StoreUnavailable) as caught:
        yield
    assert time.monotonic() - began < seconds
    assert not any(name in str(caught.value) for name in samples.NAMES)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    server = embedded.start(tmp_path / "redis")
    yield server
    server.process.send_signal(signal.SIGCONT)
    server.stop()


def steps(redis: Redis) -> list[Callable[[], object]]:
    tokens = redis_stores.RedisTokens(redis, SEALER, COUNTERS)
    grants = redis_stores.RedisGrants(redis, SEALER, COUNTERS, session_limit=3600)
    sessions = redis_stores.RedisSessions(redis, SEALER, COUNTERS, idle=60, limit=3600)
    handoffs = redis_stores.RedisHandoffs(redis, SEALER, COUNTERS)
    grant = samples.grant()
    return [
        redis.ping,
        lambda: sessions.get(SessionKey("k"), NOW),
        lambda: sessions.save(samples.session(), NOW),
        lambda: tokens.access_token("grant-1.a", NOW),
        lambda: grants.open(grant, NOW, ("grant-1.c", samples.code(grant))),
        lambda: tokens.mint(grant, ("grant-1.a", samples.access(grant)), None),
        lambda: handoffs.begin(samples.handoff(), 60, replace=True),
        lambda: redis_stores.RedisRateLimiter(redis).hit(Rate("k", 1, 60), now=float(NOW)),
        lambda: redis_stores.Parking(redis).put("text", 60),
    ]


@pytest.mark.parametrize("kind", ["redis://127.0.0.1:{}", "redis+cluster://127.0.0.1:{}"])
def test_nobody_listens(kind: str) -> None:
    for step in steps(redis_stores.connect(kind.format(free_port()))):
        with unavailable_within(1):
            step()


def test_no_sentinel_listens() -> None:
    for step in steps(redis_stores.connect(f"redis+sentinel://127.0.0.1:{free_port()}/bridge")):
        with unavailable_within(1):
            step()


def test_there_is_no_socket(tmp_path: Path) -> None:
    for step in steps(redis_stores.connect(f"unix://{tmp_path / 'nothing'}")):
        with unavailable_within(1):
            step()


@pytest.mark.parametrize("warm", [True, False], ids=["kept-connection", "new-connection"])
def test_a_hanging_redis(server: EmbeddedRedis, warm: bool) -> None:
    for number in range(2):
        redis = redis_stores.connect(server.url)
        if warm:
            redis.ping()
        server.process.send_signal(signal.SIGSTOP)
        with unavailable_within(1):
            steps(redis)[number + 1]()
        server.process.send_signal(signal.SIGCONT)
        redis.ping()


def test_an_answer_that_comes_too_late_is_never_taken_for_anothers(server: EmbeddedRedis) -> None:
    redis = redis_stores.connect(server.url)
    redis.command("SET", "k", "v")
    server.process.send_signal(signal.SIGSTOP)
    with unavailable_within(1):
        redis.command("GET", "k")
    server.process.send_signal(signal.SIGCONT)
    assert redis.command("GET", "other") is None


def test_what_redis_refuses_costs_no_connection(server: EmbeddedRedis) -> None:
    redis = redis_stores.connect(server.url)
    number = redis.command("CLIENT", "ID")
    with pytest.raises(StoreUnavailable):
        redis.together(("ECHO", "1"), ("NO", "SUCH", "COMMAND"), ("ECHO", "2"))
    assert redis.together(("CLIENT", "ID"), ("ECHO", "3")) == [number, b"3"]


def test_threads_share_few_connections_and_never_answers(server: EmbeddedRedis) -> None:
    redis = redis_stores.connect(server.url)

    def echo(number: int) -> bool:
        return all(redis.command("ECHO", f"{number}.{n}") == b"%d.%d" % (number, n) for n in range(100))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(echo, range(32)))
    assert redis.command("CLIENT", "LIST").count(b"id=") <= 8
    redis.close()
    assert redis.command("CLIENT", "LIST").count(b"id=") == 1


def test_a_restarted_redis_is_not_noticed(tmp_path: Path) -> None:
    first = embedded.start(tmp_path)
    redis = redis_stores.connect(first.url)
    redis.command("SET", "k", "v")
    first.stop()
    second = embedded.start(tmp_path)
    assert redis.command("GET", "k") == b"v"
    assert steps(redis)[4]() is True
    second.stop()


def test_a_full_redis_is_unavailable_and_forgets_nothing(server: EmbeddedRedis) -> None:
    redis = redis_stores.connect(server.url)
    sessions = redis_stores.RedisSessions(redis, SEALER, COUNTERS, idle=60, limit=3600)
    sessions.save(samples.session(), NOW)
    redis.command("CONFIG", "SET", "maxmemory", "1")
    with unavailable_within(1):
        redis_stores.Parking(redis).put("text", 60)
    assert sessions.end(SESSION_1) == SessionContents(samples.session(), ())


def test_a_sentinel_names_the_master(tmp_path: Path) -> None:
    with valkey(tmp_path) as master:
        configuration = tmp_path / "sentinel.conf"
        configuration.write_text(f"sentinel monitor bridge 127.0.0.1 {master} 1\n")
        with valkey(tmp_path, name="sentinel", configuration=configuration) as sentinel:
            dead = free_port()
            url = f"redis+sentinel://127.0.0.1:{dead},127.0.0.1:{sentinel}/bridge/2"
            redis = redis_stores.connect(url)
            for step in steps(redis):
                step()
            assert int(redis.command("DBSIZE")) > 3
            assert int(redis_stores.connect(f"redis://127.0.0.1:{master}/0").command("DBSIZE")) == 0


@pytest.mark.parametrize(
    "url", ["http://x", "redis+other://x", "redis+sentinel://host", "mysql://x", "sqlite"]
)
def test_an_address_of_something_else_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"redis|Redis"):
        redis_stores.connect(url)


@pytest.mark.parametrize("url", ["mysql://x/y", "redis://x"])
def test_a_database_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises((ValueError, ConfigError)):
        sql_stores.connect(url)


def test_a_sqlite_file_that_is_not_there(tmp_path: Path) -> None:
    engine = sql_stores.connect(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder'}")
    with unavailable_within(1):
        sql_stores.health_check(engine)()
    with unavailable_within(1):
        sql_stores.SqlSpentTokens(engine).spend("t", NOW)


def test_a_database_without_tables_is_not_ready(empty_sql_url: str) -> None:
    engine = sql_stores.connect(empty_sql_url)
    with unavailable_within(1):
        sql_stores.health_check(engine)()
    engine.dispose()


def test_nobody_listens_for_postgresql() -> None:
    engine = sql_stores.connect(f"postgresql://x@127.0.0.1:{free_port()}/x")
    with unavailable_within(1):
        sql_stores.SqlSpentTokens(engine).spend("t", NOW)


def test_a_postgresql_that_takes_connections_and_says_nothing(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / ".s.PGSQL.5432"))
        listener.listen()
        engine = sql_stores.connect(f"postgresql://x@/x?host={tmp_path}")
        with unavailable_within(1.2):
            sql_stores.SqlSpentTokens(engine).spend("t", NOW)


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Engine]:
    migrate.upgrade(postgres_url)
    engine = sql_stores.connect(postgres_url, pool_size=1)
    yield engine
    engine.dispose()


def backend(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


def test_a_hanging_postgresql(postgres: Engine) -> None:
    spent, pid = sql_stores.SqlSpentTokens(postgres), backend(postgres)
    os.kill(pid, signal.SIGSTOP)
    try:
        with unavailable_within(1.2):
            spent.spend("t", NOW)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert spent.spend("t", NOW)
    assert backend(postgres) != pid


def test_a_connection_that_postgresql_closed_is_replaced_unnoticed(
    postgres: Engine, postgres_url: str
) -> None:
    pid = backend(postgres)
    other = sql_stores.connect(postgres_url)
    with other.begin() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    other.dispose()
    await_true(lambda: sql_stores.SqlSpentTokens(postgres).spend("t", NOW))
    assert backend(postgres) != pid


def test_every_place_taken_is_unavailable(postgres: Engine) -> None:
    with postgres.connect(), unavailable_within(1.2):
        sql_stores.SqlSpentTokens(postgres).spend("t", NOW)
