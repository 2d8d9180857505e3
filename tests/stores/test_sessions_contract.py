"""The contract of SessionStore, on every kind of server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bridge.domain.ids import SessionKey, Sid, SubjectId
from bridge.domain.session import GrantOfSession
from bridge.ops.counters import CounterKey, Counters
from bridge.ports.sessions import SessionContents, SessionStore
from bridge.stores import redis as stores
from bridge.stores.redis import Redis, layout
from bridge.stores.sealing import MasterSealer
from tests.stores import samples
from tests.stores.races import Racers
from tests.stores.samples import COUNTERS, NOW, SEALER, SESSION_1
from tests.support.round_trips import count_round_trips


def ttl(redis: Redis, key: str) -> int:
    return int(redis.command("TTL", key))


class TestSessions:
    @pytest.fixture
    def store(self, redis: Redis) -> SessionStore:
        return stores.RedisSessions(redis, SEALER, COUNTERS, idle=3600, limit=8 * 3600)

    @pytest.fixture
    def grants(self, redis: Redis) -> stores.RedisGrants:
        return stores.RedisGrants(redis, SEALER, COUNTERS, session_limit=8 * 3600)

    def test_a_saved_one_comes_back_in_one_round_trip(self, store: SessionStore, redis: Redis) -> None:
        store.save(samples.session(), NOW)
        with count_round_trips(redis, None) as trips:
            assert store.get(SESSION_1, NOW + 1) == samples.session()
        assert trips == {"redis": 1}

    def test_an_unknown_one_is_none(self, store: SessionStore) -> None:
        assert store.get(SESSION_1, NOW) is None
        assert store.peek(SESSION_1) is None
        assert store.end(SESSION_1) is None

    def test_use_moves_the_idle_limit(self, store: SessionStore) -> None:
        store.save(samples.session(), NOW)
        assert store.get(SESSION_1, NOW + 3599) is not None
        assert store.get(SESSION_1, NOW + 3599 + 3599) is not None
        assert store.get(SESSION_1, NOW + 3599 + 3599 + 3600) is None

    def test_no_use_moves_the_limit_in_all(self, store: SessionStore) -> None:
        store.save(samples.session(), NOW)
        for hour in range(1, 16):
            assert store.get(SESSION_1, NOW + hour * 1800) is not None
        assert store.get(SESSION_1, NOW + 16 * 1800) is None

    def test_its_key_dies_with_the_limit_in_all(self, store: SessionStore, redis: Redis) -> None:
        store.save(samples.session(), NOW)
        store.get(SESSION_1, NOW + 60)
        for key in (layout.session(SESSION_1), layout.session_of_sid(samples.session().sid)):
            assert 8 * 3600 - 10 <= ttl(redis, key) <= 8 * 3600

    def test_an_idle_one_is_held_until_its_end_in_all(self, store: SessionStore) -> None:
        """DESIGN §6.24"""
        store.save(samples.session(), NOW)
        for late in (3600, 8 * 3600 - 1):
            assert store.get(SESSION_1, NOW + late) is None
            assert store.held(SESSION_1, NOW + late) == samples.session()
        assert store.held(SESSION_1, NOW + 8 * 3600) is None

    def test_a_new_state_of_an_idle_one_wakes_it_for_nobody(self, store: SessionStore) -> None:
        store.save(samples.session(), NOW)
        changed = replace(samples.session(), upstream=None)
        store.save(changed, NOW + 3700)
        assert store.held(SESSION_1, NOW + 3700) == changed
        assert store.get(SESSION_1, NOW + 3700) is None

    def test_what_is_no_use_moves_no_limit(self, store: SessionStore, redis: Redis) -> None:
        store.save(samples.session(), NOW)
        with count_round_trips(redis, None) as trips:
            assert store.get(SESSION_1, NOW + 3599, used=False) == samples.session()
            assert store.held(SESSION_1, NOW + 3599) == samples.session()
        assert trips == {"redis": 2}
        assert store.get(SESSION_1, NOW + 3600) is None

    def test_it_is_found_by_its_sid(self, store: SessionStore, redis: Redis) -> None:
        store.save(samples.session(), NOW)
        with count_round_trips(redis, None) as trips:
            assert store.by_sid(samples.session().sid) == SESSION_1
        assert trips == {"redis": 1}
        assert store.by_sid(Sid("nobody's")) is None

    def test_a_new_state_keeps_the_limits(self, store: SessionStore) -> None:
        store.save(samples.session(), NOW)
        changed = replace(samples.session(), upstream=None)
        store.save(changed, NOW + 3000)
        assert store.get(SESSION_1, NOW + 3599) == changed
        store.save(changed, NOW + 3600)
        assert store.get(SESSION_1, NOW + 3599 + 3600) is None

    def test_an_ended_one_is_gone_and_nothing_revives_it(self, store: SessionStore) -> None:
        store.save(samples.session(), NOW)
        store.end(SESSION_1)
        assert store.get(SESSION_1, NOW) is None
        store.save(samples.session(), NOW)
        assert store.get(SESSION_1, NOW) is None

    def test_its_end_tells_once_what_was_opened_in_it(
        self, store: SessionStore, redis: Redis, grants: stores.RedisGrants
    ) -> None:
        store.save(samples.session(), NOW)
        opened = open_two(grants)
        with count_round_trips(redis, None) as trips:
            assert store.end(SESSION_1) == SessionContents(samples.session(), opened)
        assert trips == {"redis": 1}
        assert store.end(SESSION_1) is None
        assert store.peek(SESSION_1) is None

    def test_of_a_hundred_one_ends_it(
        self, store: SessionStore, redis_url: str, racers: Racers, grants: stores.RedisGrants
    ) -> None:
        store.save(samples.session(), NOW)
        opened = open_two(grants)
        results = racers.run(end_session, redis_url)
        assert [found for found in results if found] == [SessionContents(samples.session(), opened)]

    def test_a_look_leaves_it_as_it_is(
        self, store: SessionStore, redis: Redis, grants: stores.RedisGrants
    ) -> None:
        store.save(samples.session(), NOW)
        opened = open_two(grants)
        with count_round_trips(redis, None) as trips:
            assert store.peek(SESSION_1) == SessionContents(samples.session(), opened)
        assert trips == {"redis": 1}
        assert store.get(SESSION_1, NOW + 3600) is None  # its idle limit has not moved

    def test_one_that_idled_out_still_ends_what_was_opened_in_it(
        self, store: SessionStore, grants: stores.RedisGrants
    ) -> None:
        store.save(samples.session(), NOW)
        opened = open_two(grants)
        assert store.get(SESSION_1, NOW + 3600) is None
        assert store.end(SESSION_1) == SessionContents(samples.session(), opened)

    def test_a_persons_own_are_found_idle_or_not(self, store: SessionStore) -> None:
        for name in ("a", "b", "c", "d"):
            store.save(samples.session(name), NOW)
        somebody = replace(samples.SUBJECT, id=SubjectId("subject-2"))
        store.save(samples.session("other", somebody), NOW)
        store.end(SessionKey("a"))
        assert set(store.by_subject(samples.SUBJECT.id, NOW)) == {"b", "c", "d"}
        assert set(store.by_subject(samples.SUBJECT.id, NOW + 3600)) == {"b", "c", "d"}  # idle by then
        assert not set(store.by_subject(samples.SUBJECT.id, NOW + 8 * 3600))
        assert store.by_subject(SubjectId("nobody"), NOW) == ()

    def test_finding_costs_two_round_trips(self, store: SessionStore, redis: Redis, redis_url: str) -> None:
        for number in range(3):
            store.save(samples.session(f"s{number}"), NOW)
        with count_round_trips(redis, None) as trips:
            store.by_subject(samples.SUBJECT.id, NOW)
        assert trips == {"redis": 4 if "cluster" in redis_url else 2}

    def test_saving_costs_one_round_trip(self, store: SessionStore, redis: Redis, redis_url: str) -> None:
        store.save(samples.session("warm"), NOW)
        with count_round_trips(redis, None) as trips:
            store.save(samples.session(), NOW)
        assert trips == {"redis": 3 if "cluster" in redis_url else 1}

    def test_the_index_holds_nothing_that_is_over(self, store: SessionStore, redis: Redis) -> None:
        store.save(samples.session("old"), NOW)
        later = NOW + 8 * 3600
        store.save(replace(samples.session("new"), auth_time=later), later)
        assert redis.command("ZCARD", layout.subject_sessions(samples.SUBJECT.id)) == 1

    def test_one_sealed_by_a_forgotten_master_key_is_none(self, store: SessionStore, redis: Redis) -> None:
        store.save(samples.session(), NOW)
        counters = Counters()
        other = stores.RedisSessions(redis, MasterSealer([b"x" * 32]), counters, idle=3600, limit=3600)
        assert other.get(SESSION_1, NOW) is None
        assert counters.snapshot() == {
            CounterKey("record.unreadable", (("kind", "session"), ("why", "seal"))): 1
        }
        assert other.get(SessionKey("unknown"), NOW) is None  # absent is not unreadable
        assert sum(counters.snapshot().values()) == 1
        assert other.end(SESSION_1) == SessionContents(None, ())


def end_session(url: str) -> Callable[[int], SessionContents | None]:
    connected = stores.connect(url, read_timeout=30)
    store = stores.RedisSessions(connected, SEALER, COUNTERS, idle=3600, limit=8 * 3600)
    return lambda _number: store.end(SESSION_1)


def open_two(grants: stores.RedisGrants) -> tuple[GrantOfSession, ...]:
    opened = samples.grant("grant-1"), samples.grant("grant-2", client_id="client 2")
    for grant in opened:
        assert grants.open(grant, NOW, (f"{grant.id}.c", samples.code(grant)))
    return tuple(samples.of_session(grant) for grant in opened)
