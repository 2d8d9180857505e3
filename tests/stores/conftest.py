"""Redis stores run on the embedded socket, on TCP and on a Cluster; SQL stores on both databases.

What needs both runs on three pairs of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis as Client
from sqlalchemy import Engine

from bridge.domain.grant import Grant
from bridge.stores import embedded
from bridge.stores import redis as redis_stores
from bridge.stores import sql as sql_stores
from bridge.stores.redis import Redis
from tests.stores import samples
from tests.stores.both import Both, composed
from tests.stores.races import Racers
from tests.stores.servers import await_true, free_port, valkey
from tests.support.databases import sqlite_with_tables

PAIRS = [("embedded", "sqlite"), ("tcp", "postgresql"), ("cluster", "sqlite")]


@pytest.fixture(scope="session")
def embedded_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = embedded.start(tmp_path_factory.mktemp("embedded"))
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def tcp_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with valkey(tmp_path_factory.mktemp("tcp")) as port:
        yield f"redis://127.0.0.1:{port}/3"


@pytest.fixture(scope="session")
def cluster_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Cluster of one: it has the whole discipline of slots."""
    options = "--cluster-enabled", "yes", "--cluster-port", str(free_port())
    with valkey(tmp_path_factory.mktemp("cluster"), *options) as port:
        with Client(port=port, protocol=2) as client:
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        await_true(lambda: b"cluster_state:ok" in client.execute_command("CLUSTER", "INFO"))
        yield f"redis+cluster://127.0.0.1:{port}"


@pytest.fixture(params=["embedded", "tcp", "cluster"])
def redis_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{request.param}_redis")
    return url


@contextmanager
def emptied(url: str) -> Iterator[Redis]:
    """Empty, and without the scripts that earlier tests loaded."""
    redis = redis_stores.connect(url)
    redis.command("FLUSHALL")
    redis.command("SCRIPT", "FLUSH")
    yield redis
    redis.close()


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with emptied(redis_url) as redis:
        yield redis


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_sql_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bridge.sqlite'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def sql_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with all tables."""
    if request.param == "sqlite":
        return sqlite_with_tables(tmp_path / "bridge.sqlite")
    url: str = request.getfixturevalue("postgres_with_tables")
    return url


@pytest.fixture
def engine(sql_url: str) -> Iterator[Engine]:
    engine = sql_stores.connect(sql_url)
    yield engine
    engine.dispose()


@pytest.fixture(params=PAIRS, ids="-".join)
def both_urls(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    redis, sql = request.param
    sqlite = sql == "sqlite"
    url = sqlite_with_tables(tmp_path / "db") if sqlite else request.getfixturevalue("postgres_with_tables")
    return request.getfixturevalue(f"{redis}_redis"), url


@pytest.fixture
def both(both_urls: tuple[str, str]) -> Iterator[Both]:
    engine = sql_stores.connect(both_urls[1])
    with emptied(both_urls[0]) as redis:
        yield composed(redis, engine, both_urls)
    engine.dispose()


@pytest.fixture(params=[False, True], ids=["session-bound", "offline"])
def grant(request: pytest.FixtureRequest) -> Grant:
    return samples.grant(offline=request.param)


class Hand:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture(scope="session")
def racers() -> Iterator[Racers]:
    with Racers() as racers:
        yield racers
