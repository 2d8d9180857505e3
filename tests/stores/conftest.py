"""Redis stores run on the embedded socket, on TCP and on a Cluster; SQL stores on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis as Client
from sqlalchemy import Engine

from bridge.stores import embedded, migrate
from bridge.stores import redis as redis_stores
from bridge.stores import sql as sql_stores
from bridge.stores.redis import Redis
from tests.stores.races import Racers
from tests.stores.servers import await_true, free_port, valkey


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


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """Empty, and without the scripts that earlier tests loaded."""
    redis = redis_stores.connect(redis_url)
    redis.command("FLUSHALL")
    redis.command("SCRIPT", "FLUSH")
    yield redis
    redis.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_sql_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bridge.sqlite'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def sql_url(empty_sql_url: str) -> str:
    """A database with all tables."""
    migrate.upgrade(empty_sql_url)
    return empty_sql_url


@pytest.fixture
def engine(sql_url: str) -> Iterator[Engine]:
    engine = sql_stores.connect(sql_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def racers() -> Iterator[Racers]:
    with Racers() as racers:
        yield racers
