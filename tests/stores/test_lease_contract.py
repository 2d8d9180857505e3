"""The contract of leases, on every kind of Redis."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bridge.ports.outbound import Lease
from bridge.stores import redis as stores
from bridge.stores.redis import Redis, layout
from tests.stores.races import Racers
from tests.stores.servers import await_true


def take(url: str) -> Callable[[int], bool]:
    lease = stores.RedisLease(stores.connect(url, read_timeout=30))
    return lambda number: lease.take("job", f"holder-{number}", 60)


@pytest.fixture
def lease(redis: Redis) -> Lease:
    return stores.RedisLease(redis)


def ttl(redis: Redis) -> int:
    return int(redis.command("PTTL", layout.lease("job")))


def test_a_free_one_is_taken_and_then_nobody_elses(lease: Lease) -> None:
    assert lease.take("job", "a", 60)
    assert not lease.take("job", "b", 60)
    assert lease.take("another job", "b", 60)


def test_its_holder_may_take_it_again_for_longer(lease: Lease, redis: Redis) -> None:
    lease.take("job", "a", 10)
    assert lease.take("job", "a", 60)
    assert 59_000 < ttl(redis) <= 60_000


def test_its_holder_alone_renews_it(lease: Lease, redis: Redis) -> None:
    assert not lease.renew("job", "a", 10)
    assert lease.take("job", "a", 10)
    assert not lease.renew("job", "b", 60)
    assert ttl(redis) <= 10_000
    assert lease.renew("job", "a", 60)
    assert ttl(redis) > 59_000


def test_its_holder_alone_gives_it_back(lease: Lease) -> None:
    lease.take("job", "a", 60)
    lease.release("job", "b")
    assert not lease.take("job", "b", 60)
    lease.release("job", "a")
    assert lease.take("job", "b", 60)


def test_one_that_is_not_renewed_runs_out(lease: Lease) -> None:
    assert lease.take("job", "a", 0.05)
    await_true(lambda: lease.take("job", "b", 60))
    assert not lease.renew("job", "a", 60)


def test_of_a_hundred_one_takes_it(redis: Redis, redis_url: str, racers: Racers) -> None:
    assert racers.run(take, redis_url).count(True) == 1
