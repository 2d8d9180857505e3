"""`bridge config check` and the start tell which store can't be used, why, and what mends it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis as Client

from bridge.stores import migrate
from tests.cli.conftest import Console
from tests.run.conftest import Run, run, simulator
from tests.stores.servers import free_port, valkey
from tests.support.waiting import until

SECRET = "canary-password"
__all__ = ["run", "simulator"]  # fixtures


@contextmanager
def redis_with(folder: Path, **settings: str) -> Iterator[int]:
    with valkey(folder) as port:
        with Client(port=port, protocol=2) as client:
            for name, value in settings.items():
                client.config_set(name, value)
        yield port


@pytest.fixture
def ready(console: Console) -> Console:
    """Right settings but for what the test changes."""
    console.with_partner()
    return console


def check(console: Console, monkeypatch: pytest.MonkeyPatch, wanted: int = 1, **settings: str) -> str:
    for name, value in settings.items():
        monkeypatch.setenv(f"BRIDGE_{name}", value)
    said = console.say("config", "check", wanted=wanted).output
    assert SECRET not in said
    assert ("are right" in said) == (wanted == 0)
    return said


def test_a_check_makes_nothing(ready: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sorted(ready.folder.rglob("*"))
    check(ready, monkeypatch, 0)
    assert sorted(ready.folder.rglob("*")) == before


def test_a_redis_that_is_stopped(ready: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    said = check(ready, monkeypatch, REDIS__URL=f"redis://:{SECRET}@127.0.0.1:{port}")
    assert f"Redis at 127.0.0.1:{port} can't be reached" in said
    assert "redis.url" in said


@pytest.mark.parametrize("user", [f":{SECRET}@", f"somebody:{SECRET}@", ""])
def test_a_redis_that_wants_another_password(
    ready: Console, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, user: str
) -> None:
    with redis_with(tmp_path, requirepass="another one") as port:
        said = check(ready, monkeypatch, REDIS__URL=f"redis://{user}127.0.0.1:{port}")
    assert f"Redis at 127.0.0.1:{port} refuses the user or the password" in said


def test_a_redis_of_a_host_that_nobody_knows(ready: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    said = check(ready, monkeypatch, REDIS__URL=f"redis://:{SECRET}@no-such-host.invalid")
    assert "Redis at no-such-host.invalid:6379 has a host name that is not known" in said


def test_a_redis_that_only_reads(ready: Console, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with redis_with(tmp_path) as port:
        with Client(port=port, protocol=2) as client:
            client.execute_command("REPLICAOF", "127.0.0.1", "1")
        assert "can only be read" in check(ready, monkeypatch, REDIS__URL=f"redis://127.0.0.1:{port}")


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
def test_a_redis_that_forgets_is_no_place_for_sessions(
    ready: Console, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, policy: str
) -> None:
    with redis_with(tmp_path, **{"maxmemory-policy": policy}) as port:
        said = check(ready, monkeypatch, 2, REDIS__URL=f"redis://127.0.0.1:{port}")
        assert policy in said and "noeviction" in said
        with Client(port=port, protocol=2) as client:
            client.config_set("maxmemory-policy", "noeviction")
        check(ready, monkeypatch, 0)


def test_an_empty_postgresql_lacks_its_tables(
    ready: Console, monkeypatch: pytest.MonkeyPatch, postgres_url: str
) -> None:
    said = check(ready, monkeypatch, DATABASE__URL=postgres_url)
    assert "has not the tables of this release" in said and "bridge db upgrade" in said
    migrate.upgrade(postgres_url)
    check(ready, monkeypatch, 0)


def test_a_postgresql_without_that_database(
    ready: Console, monkeypatch: pytest.MonkeyPatch, postgres_url: str
) -> None:
    said = check(ready, monkeypatch, DATABASE__URL=postgres_url.replace("/test_", "/none_"))
    assert "has no database of that name" in said and "database.url" in said


def test_every_fault_of_both_stores_is_told_at_once(ready: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    dead = f"127.0.0.1:{free_port()}"
    addresses = {"REDIS__URL": f"redis://{dead}", "DATABASE__URL": f"postgresql://u:{SECRET}@{dead}/x"}
    said = check(ready, monkeypatch, **addresses)
    assert f"Redis at {dead} can't be reached" in said
    assert f"SQL at {dead}/x can't be reached" in said


def test_a_start_with_a_wrong_password_ends_in_a_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "redis").mkdir()
    with redis_with(tmp_path / "redis", requirepass="another one") as port:
        started = run(BRIDGE_REDIS__URL=f"redis://:{SECRET}@127.0.0.1:{port}")
        assert started.ended() == 1
    assert f"Redis at 127.0.0.1:{port} refuses the user or the password" in started.said()
    assert "Listening" not in started.said() and SECRET not in started.said()


def test_a_start_without_redis_tells_of_it_and_serves_once_it_is_there(run: Run, tmp_path: Path) -> None:
    (tmp_path / "redis").mkdir()
    port = free_port()
    started = run(BRIDGE_REDIS__URL=f"redis://127.0.0.1:{port}")
    until(lambda: "Listening" in started.said(), "it does not start")
    assert f"Redis at 127.0.0.1:{port} can't be reached" in started.said()
    with valkey(tmp_path / "redis", port=port):
        started.ready()


@pytest.mark.parametrize(
    ("setting", "address", "told"),
    [
        ("DATABASE__URL", "sqlite://", "database.url is sqlite:///path"),
        ("DATABASE__URL", "sqlite:///" + "a" * 300, "can't be made: File name too long"),
        ("DATABASE__URL", "postgresql://h:port/name", "database.url is sqlite:///path"),
        ("DATA_DIR", "a" * 300, "can't be made: File name too long"),
        ("REDIS__URL", "redis://127.0.0.1/?no_such_option=1", "redis.url: there is no option no_such_option"),
        ("REDIS__URL", "redis://127.0.0.1:99999", "redis.url: Port out of range"),
        ("REDIS__URL", "redis://[::1", "redis.url: Invalid IPv6"),
        ("OUTBOUND__ALLOWED_NETWORKS", "10.0.0.1/8", "outbound.allowed_networks: 10.0.0.1/8"),
    ],
    ids=lambda text: text[:24],
)
def test_an_address_that_can_not_be_one_is_told(
    ready: Console, monkeypatch: pytest.MonkeyPatch, setting: str, address: str, told: str
) -> None:
    assert told in check(ready, monkeypatch, 2, **{setting: address})
