"""Stores that fail under a running bridge: it recovers by itself, and says what is wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from redis import Redis as Client

from tests.stores.servers import valkey
from tests.support.running import Running, make_running
from tests.support.switch import Switch, switch
from tests.support.waiting import until

RECOVERS_WITHIN = 5.0  # seconds
SIGN_INS = 12


@dataclass(frozen=True, slots=True)
class TwoRedis:
    """`bridge run` on two Valkeys behind one address, the first one leading."""

    world: Running
    front: Switch
    ports: tuple[int, int]

    def swap(self) -> None:
        """The second leads, the first follows; the address leads to the second."""
        with Client(port=self.ports[1], protocol=2) as client:
            client.execute_command("REPLICAOF", "NO", "ONE")
        with Client(port=self.ports[0], protocol=2) as client:
            client.execute_command("REPLICAOF", "127.0.0.1", self.ports[1])
        self.front.target = self.ports[1]

    def ready(self) -> tuple[int, dict[str, str]]:
        said = requests.get(self.world.issuer + "/readyz", timeout=5)
        return said.status_code, said.json()["why"]

    def signs_in(self) -> bool:
        """Whether a person gets tokens that hold."""
        page = self.world.sign_in(self.world.person(), "own")
        if "code" not in page.params:
            return False
        tokens = self.world.tokens(page, "own")
        return tokens.status == 200 and self.world.userinfo(str(tokens.body["access_token"]))[0] == 200


@pytest.fixture
def two_redis(tmp_path: Path) -> Iterator[TwoRedis]:
    with valkey(tmp_path, name="a") as first, valkey(tmp_path, name="b") as second, switch(first) as front:
        with Client(port=second, protocol=2) as client:
            client.execute_command("REPLICAOF", "127.0.0.1", first)
        address = f"redis://127.0.0.1:{front.port}"
        timeout = {"BRIDGE_REDIS__TIMEOUT": "0.6", "BRIDGE_SERVER__WORKERS": "2"}
        running = make_running(tmp_path, BRIDGE_REDIS__URL=address, **timeout)
        for world in running:
            yield TwoRedis(world, front, (first, second))


def test_after_a_failover_behind_one_address_people_sign_in_again_without_a_restart(
    two_redis: TwoRedis,
) -> None:
    assert all(two_redis.signs_in() for _ in range(3))
    two_redis.swap()
    swapped = time.monotonic()
    until(lambda: two_redis.signs_in(), "nobody signs in", RECOVERS_WITHIN)
    assert time.monotonic() - swapped < RECOVERS_WITHIN
    until(lambda: all(two_redis.ready()[0] == 200 for _ in range(8)), "not ready", RECOVERS_WITHIN)
    assert all(two_redis.signs_in() for _ in range(SIGN_INS))


def test_a_redis_that_takes_no_writes_is_told_by_readiness_log_and_counters(two_redis: TwoRedis) -> None:
    with Client(port=two_redis.ports[0], protocol=2) as client:
        client.config_set("maxmemory", 1)
        until(lambda: two_redis.ready() == (503, {"redis": "full"}), "it says that it is ready")
        said = requests.get(two_redis.world.authorize_url("own"), timeout=5, allow_redirects=False)
        assert said.status_code in (200, 303), "the page itself needs no Redis"
        client.config_set("maxmemory", 0)
    until(lambda: two_redis.ready() == (200, {}), "it is not ready again")
    lines = [json.loads(line) for line in two_redis.world.log.read_text().splitlines() if line[:1] == "{"]
    told = next(line for line in lines if line["event"] == "not_ready")
    assert told["server"] == f"127.0.0.1:{two_redis.front.port}"
    assert (told["store"], told["cause"], told["check"]) == ("Redis", "full", "redis")
    assert told["operation"] and told["mend"]
