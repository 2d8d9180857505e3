"""The contract of TokenStore: session-bound Grants in Redis, offline ones in Redis and SQL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bridge.domain.grant import Grant
from bridge.domain.token import Code, Rotation, SpentCode
from bridge.ports import TokenStore
from bridge.stores import migrate
from bridge.stores import redis as redis_stores
from bridge.stores import sql as sql_stores
from bridge.stores.redis import Redis, layout
from bridge.stores.tokens import Tokens
from tests.stores import samples
from tests.stores.races import Racers
from tests.stores.samples import DAY, NOW, SEALER
from tests.support.round_trips import count_round_trips

LIMIT = 8 * 3600
BACKENDS = [
    ("embedded", "sqlite"),
    ("tcp", "postgresql"),
    ("cluster", "sqlite"),
]


@pytest.fixture(params=BACKENDS, ids="-".join)
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    redis, sql = request.param
    url = f"sqlite:///{tmp_path / 'db'}" if sql == "sqlite" else request.getfixturevalue("postgres_url")
    migrate.upgrade(url)
    return request.getfixturevalue(f"{redis}_redis"), url


@pytest.fixture
def redis_url(urls: tuple[str, str]) -> str:
    return urls[0]


@pytest.fixture
def sql_url(urls: tuple[str, str]) -> str:
    return urls[1]


def composed(redis: Redis, engine: Engine) -> Tokens:
    return Tokens(
        redis_stores.RedisTokens(redis, SEALER, session_limit=LIMIT),
        sql_stores.SqlRefreshTokens(engine, SEALER),
    )


def opened(urls: tuple[str, str]) -> Tokens:
    return composed(redis_stores.connect(urls[0], read_timeout=30), sql_stores.connect(urls[1], timeout=30))


@pytest.fixture
def store(redis: Redis, engine: Engine) -> TokenStore:
    return composed(redis, engine)


@pytest.fixture(params=[False, True], ids=["session-bound", "offline"])
def grant(request: pytest.FixtureRequest) -> Grant:
    return samples.grant(offline=request.param)


def open_one(store: TokenStore, grant: Grant) -> str:
    code = f"{grant.id}.code"
    assert store.open_grant(code, samples.code(grant), NOW)
    return code


def mint(store: TokenStore, grant: Grant, secret: str = "1") -> bool:
    refresh = samples.refresh_text(grant, secret), samples.refresh(grant)
    return store.mint(grant, (f"{grant.id}.a{secret}", samples.access(grant)), refresh)


def rotate(store: TokenStore, grant: Grant, old: str, new: str, now: int = NOW) -> tuple[Rotation, bytes]:
    return store.rotate(
        samples.refresh_text(grant, old),
        (f"{grant.id}.a{new}", samples.access(grant, now)),
        (samples.refresh_text(grant, new), samples.refresh(grant, now)),
        f"answer with {new}".encode(),
        now,
    )


def alive(store: TokenStore, grant: Grant, secret: str, now: int = NOW) -> tuple[bool, bool]:
    """Whether the access and the refresh token of that secret are accepted."""
    access = store.access_token(f"{grant.id}.a{secret}", now)
    return access is not None, store.refresh_token(samples.refresh_text(grant, secret), now) is not None


class TestCodes:
    def test_a_code_is_taken_once_and_leaves_a_tombstone(self, store: TokenStore, grant: Grant) -> None:
        code = open_one(store, grant)
        assert store.take_code(code, "client-1", NOW) == samples.code(grant)
        assert store.take_code(code, "client-1", NOW) == SpentCode(grant.id, "client-1")
        assert store.take_code(code, "client-1", NOW + 3600) == SpentCode(grant.id, "client-1")

    def test_another_client_can_neither_take_a_code_nor_see_that_it_is_spent(
        self, store: TokenStore, grant: Grant
    ) -> None:
        code = open_one(store, grant)
        assert store.take_code(code, "client-2", NOW) is None
        assert store.take_code(code, "client-1", NOW) == samples.code(grant)
        assert store.take_code(code, "client-2", NOW) is None

    def test_an_expired_code_is_nothing(self, store: TokenStore, grant: Grant) -> None:
        assert store.take_code(open_one(store, grant), "client-1", NOW + 60) is None

    def test_a_grant_is_opened_once(self, store: TokenStore, grant: Grant) -> None:
        code = open_one(store, grant)
        assert not store.open_grant(f"{grant.id}.other", samples.code(grant), NOW)
        assert store.take_code(f"{grant.id}.other", "client-1", NOW) is None
        assert store.take_code(code, "client-1", NOW) == samples.code(grant)
        assert not store.open_grant(f"{grant.id}.other", samples.code(grant), NOW)

    def test_the_tombstone_lives_as_long_as_the_longest_token(
        self, store: TokenStore, redis: Redis, grant: Grant
    ) -> None:
        store.take_code(open_one(store, grant), "client-1", NOW)
        mint(store, grant)
        assert redis.command("TTL", layout.grant(grant.id)) > 30 * DAY - 10
        rotate(store, grant, "1", "2", NOW + 10 * DAY)
        assert redis.command("TTL", layout.grant(grant.id)) > 30 * DAY - 10

    @pytest.mark.parametrize(
        "text",
        [
            "",
            ".",
            "grant-1",
            "grant-1.",
            ".code",
            "grant-1.\udcff",
            "}.code",
            "{a}.code",
            "អ.code",
            "a\0b.c",
            "o-.o-",
        ],
    )
    def test_what_a_stranger_makes_up_is_nothing(self, store: TokenStore, text: str) -> None:
        assert store.take_code(text, "client-1", NOW) is None
        assert store.access_token(text, NOW) is None
        assert store.refresh_token(text, NOW) is None
        old = samples.grant()
        refresh = ("grant-1.n", samples.refresh(old))
        assert store.rotate(text, ("grant-1.m", samples.access(old)), refresh, b"", NOW)[0] is Rotation.GONE

    def test_opening_costs_one_round_trip(
        self, store: TokenStore, redis: Redis, urls: tuple[str, str]
    ) -> None:
        open_one(store, samples.grant("warm"))
        with count_round_trips(redis, None) as trips:
            open_one(store, samples.grant())
        assert trips == {"redis": 2 if "cluster" in urls[0] else 1}

    def test_a_session_that_ended_meanwhile_gives_no_tokens(self, store: TokenStore, redis: Redis) -> None:
        sessions = redis_stores.RedisSessions(redis, SEALER, idle=3600, limit=LIMIT)
        sessions.save(samples.session(), NOW)
        sessions.end("session-1")
        code = open_one(store, samples.grant())
        store.take_code(code, "client-1", NOW)
        assert not mint(store, samples.grant())


class TestTokens:
    def test_minted_tokens_come_back(self, store: TokenStore, grant: Grant) -> None:
        assert mint(store, grant)
        assert store.access_token(f"{grant.id}.a1", NOW) == samples.access(grant)
        assert store.refresh_token(samples.refresh_text(grant, "1"), NOW) == samples.refresh(grant)

    def test_they_die_in_their_time(self, store: TokenStore, grant: Grant) -> None:
        mint(store, grant)
        assert alive(store, grant, "1", NOW + 599) == (True, True)
        assert alive(store, grant, "1", NOW + 600) == (False, True)
        assert alive(store, grant, "1", NOW + 30 * DAY - 1) == (False, True)
        assert alive(store, grant, "1", NOW + 30 * DAY) == (False, False)
        assert rotate(store, grant, "1", "2", NOW + 30 * DAY) == (Rotation.GONE, b"")

    def test_a_kept_refresh_token_may_get_a_later_limit(self, store: TokenStore, grant: Grant) -> None:
        mint(store, grant)
        text, later = samples.refresh_text(grant, "1"), samples.refresh(grant, NOW + DAY)
        assert store.mint(grant, (f"{grant.id}.a2", samples.access(grant)), (text, later))
        assert store.refresh_token(text, NOW + 30 * DAY) == later

    def test_the_access_token_may_come_alone(self, store: TokenStore, grant: Grant) -> None:
        assert store.mint(grant, (f"{grant.id}.a1", samples.access(grant)), None)
        assert alive(store, grant, "1") == (True, False)

    def test_an_ended_grant_is_dead_at_once_and_mints_nothing(self, store: TokenStore, grant: Grant) -> None:
        mint(store, grant)
        store.end_grant(grant.id, NOW)
        assert alive(store, grant, "1") == (False, False)
        assert not mint(store, grant, "2")
        assert alive(store, grant, "2") == (False, False)
        assert rotate(store, grant, "1", "3") == (Rotation.GONE, b"")
        assert alive(store, grant, "3") == (False, False)

    def test_a_grant_that_ended_before_its_first_token_has_none(
        self, store: TokenStore, grant: Grant
    ) -> None:
        code = open_one(store, grant)
        assert store.take_code(code, "client-1", NOW) is not None
        store.end_grant(grant.id, NOW)
        assert not mint(store, grant)
        assert alive(store, grant, "1") == (False, False)

    def test_the_code_of_an_ended_grant_is_dead(self, store: TokenStore, grant: Grant) -> None:
        code = open_one(store, grant)
        store.end_grant(grant.id, NOW)
        assert store.take_code(code, "client-1", NOW) is None

    def test_the_code_of_an_ended_session_is_dead(self, store: TokenStore, grant: Grant) -> None:
        code = open_one(store, grant)
        store.end_session_grants([grant.id], NOW)
        assert store.take_code(code, "client-1", NOW) is None

    def test_an_end_mark_outlives_every_token_of_its_grant(
        self, store: TokenStore, redis: Redis, grant: Grant
    ) -> None:
        mint(store, grant)
        store.end_grant(grant.id, NOW)
        assert redis.command("TTL", layout.ended(grant.id)) > 30 * DAY - 10

    def test_a_sessions_end_leaves_only_offline_tokens(self, store: TokenStore, grant: Grant) -> None:
        mint(store, grant)
        store.end_session_grants([grant.id, "unknown", "}bad"], NOW + 5)
        assert alive(store, grant, "1", NOW + 5) == (False, grant.offline)
        rotation, _ = rotate(store, grant, "1", "2", NOW + 6)
        assert rotation is (Rotation.WON if grant.offline else Rotation.GONE)
        assert alive(store, grant, "2", NOW + 6) == (grant.offline, grant.offline)

    def test_a_sessions_end_never_softens_a_grants_end(self, store: TokenStore, grant: Grant) -> None:
        mint(store, grant)
        store.end_grant(grant.id, NOW)
        store.end_session_grants([grant.id], NOW - 10)
        assert alive(store, grant, "1") == (False, False)
        assert not mint(store, grant, "2")

    def test_ends_of_many_grants_are_one_round_trip(
        self, store: TokenStore, redis: Redis, urls: tuple[str, str]
    ) -> None:
        store.end_session_grants(["warm"], NOW)
        with count_round_trips(redis, None) as trips:
            store.end_session_grants(["g1", "g2", "g3"], NOW)
        assert trips == {"redis": 3 if "cluster" in urls[0] else 1}

    def test_the_calls_of_a_request_cost_what_they_should(
        self, store: TokenStore, redis: Redis, engine: Engine
    ) -> None:
        grant = samples.grant()
        mint(store, samples.grant("warm"))
        code = open_one(store, grant)
        with count_round_trips(redis, engine) as trips:
            store.take_code(code, "client-1", NOW)
            assert trips == {"redis": 1}
            mint(store, grant)
            assert trips == {"redis": 2}
            store.access_token("grant-1.a1", NOW)
            assert trips == {"redis": 3}
            store.refresh_token("grant-1.1", NOW)
            assert trips == {"redis": 4}
            rotate(store, grant, "1", "2")
            assert trips == {"redis": 5}

    def test_all_keys_of_a_grant_lie_in_one_slot(
        self, store: TokenStore, redis: Redis, grant: Grant, cluster_redis: str
    ) -> None:
        open_one(store, grant)
        mint(store, grant)
        rotate(store, grant, "1", "2")
        store.end_grant(grant.id, NOW)
        keys = redis.command("KEYS", "bridge:{grant-1}:*")
        assert len(keys) >= 4
        node = redis_stores.connect(cluster_redis.replace("redis+cluster", "redis"))
        assert len({node.command("CLUSTER", "KEYSLOT", key) for key in keys}) == 1

    def test_scripts_that_redis_has_forgotten_are_sent_again(
        self, store: TokenStore, redis: Redis, grant: Grant
    ) -> None:
        open_one(store, grant)
        redis.command("SCRIPT", "FLUSH")
        assert store.take_code(f"{grant.id}.code", "client-1", NOW) == samples.code(grant)
        redis.command("SCRIPT", "FLUSH")
        store.end_session_grants([grant.id], NOW)
        assert redis.command("GET", layout.ended(grant.id)) == b"session %d" % NOW


class TestRotation:
    def test_the_new_tokens_live_and_the_same_token_gets_the_same_answer(
        self, store: TokenStore, grant: Grant
    ) -> None:
        mint(store, grant)
        assert rotate(store, grant, "1", "2") == (Rotation.WON, b"answer with 2")
        assert alive(store, grant, "2") == (True, True)
        assert rotate(store, grant, "1", "3", NOW + 29) == (Rotation.REPEATED, b"answer with 2")
        assert alive(store, grant, "3") == (False, False)
        assert rotate(store, grant, "2", "4", NOW + 29) == (Rotation.WON, b"answer with 4")

    def test_later_reuse_ends_the_family(self, store: TokenStore, grant: Grant) -> None:
        mint(store, grant)
        rotate(store, grant, "1", "2")
        assert store.refresh_token(samples.refresh_text(grant, "1"), NOW + 30) == samples.refresh(grant)
        assert rotate(store, grant, "1", "3", NOW + 30) == (Rotation.REUSED, b"")
        for secret in "123":
            assert alive(store, grant, secret, NOW + 30) == (False, False)
        assert rotate(store, grant, "2", "4", NOW + 30) == (Rotation.GONE, b"")
        assert not mint(store, grant, "5")

    def test_a_token_of_another_grant_rotates_nothing(self, store: TokenStore, grant: Grant) -> None:
        mint(store, grant)
        other = samples.grant("grant-2", offline=grant.offline)
        mint(store, other)
        assert (
            store.rotate(
                samples.refresh_text(grant, "1"),
                ("grant-2.a9", samples.access(other)),
                (samples.refresh_text(other, "9"), samples.refresh(other)),
                b"",
                NOW,
            )[0]
            is Rotation.GONE
        )
        assert alive(store, other, "9") == (False, False)
        assert alive(store, grant, "1") == (True, True)

    def test_the_answer_rests_for_thirty_seconds_and_never_in_clear(
        self, store: TokenStore, redis: Redis, grant: Grant, engine: Engine
    ) -> None:
        mint(store, grant)
        rotate(store, grant, "1", "2")
        if grant.offline:
            with engine.connect() as connection:
                answers = connection.exec_driver_sql("SELECT answer FROM refresh_tokens").scalars().all()
            (kept,) = [bytes(found) for found in answers if found is not None]
            sql_stores.purge(engine, NOW + 30)
            with engine.connect() as connection:
                assert connection.exec_driver_sql("SELECT count(answer) FROM refresh_tokens").scalar() == 0
        else:
            key = layout.answer(grant.id, samples.refresh_text(grant, "1"))
            kept = redis.command("GET", key)
            assert 29 <= redis.command("TTL", key) <= 31
        assert b"answer" not in kept


def take_code(urls: tuple[str, str]) -> Callable[[int], Code | SpentCode | None]:
    store = opened(urls)
    return lambda _number: store.take_code("grant-1.code", "client-1", NOW)


def open_grant(urls: tuple[str, str]) -> Callable[[int], bool]:
    store = opened(urls)
    return lambda number: store.open_grant(f"grant-1.code{number}", samples.code(samples.grant()), NOW)


def rotate_one(urls: tuple[str, str], offline: bool) -> Callable[[int], tuple[Rotation, bytes]]:
    store, grant = opened(urls), samples.grant(offline=offline)
    return lambda number: rotate(store, grant, "1", f"new{number}")


def mint_or_end(urls: tuple[str, str], offline: bool) -> Callable[[int], bool]:
    """One in twenty ends the Grant, the others mint."""
    store, grant = opened(urls), samples.grant(offline=offline)

    def step(number: int) -> bool:
        if number % 20 == 10:
            store.end_grant(grant.id, NOW)
            return False
        return mint(store, grant, f"m{number}")

    return step


class TestRaces:
    def test_of_a_hundred_takers_one_gets_the_code(
        self, store: TokenStore, urls: tuple[str, str], racers: Racers
    ) -> None:
        open_one(store, samples.grant())
        results = racers.run(take_code, urls)
        assert [result for result in results if isinstance(result, Code)] == [samples.code(samples.grant())]
        assert results.count(SpentCode("grant-1", "client-1")) == 99

    def test_of_a_hundred_openings_one_counts(
        self, store: TokenStore, urls: tuple[str, str], racers: Racers
    ) -> None:
        results = racers.run(open_grant, urls)
        assert results.count(True) == 1
        (winner,) = [number for number, won in enumerate(results) if won]
        assert store.take_code(f"grant-1.code{winner}", "client-1", NOW) == samples.code(samples.grant())

    def test_of_a_hundred_rotations_one_wins_and_all_get_its_answer(
        self, store: TokenStore, grant: Grant, urls: tuple[str, str], racers: Racers
    ) -> None:
        mint(store, grant)
        results = racers.run(rotate_one, urls, grant.offline)
        assert [rotation for rotation, _ in results].count(Rotation.WON) == 1
        assert {rotation for rotation, _ in results} == {Rotation.WON, Rotation.REPEATED}
        (answer,) = {answer for _, answer in results}
        winner = answer.decode().removeprefix("answer with ")
        assert alive(store, grant, winner) == (True, True)
        losers = [f"new{number}" for number in range(100) if f"new{number}" != winner]
        assert not any(any(alive(store, grant, loser)) for loser in losers)

    def test_no_token_survives_an_end_that_ran_beside_its_minting(
        self, store: TokenStore, grant: Grant, urls: tuple[str, str], racers: Racers
    ) -> None:
        results = racers.run(mint_or_end, urls, grant.offline)
        assert len(results) == 100
        assert not any(any(alive(store, grant, f"m{number}")) for number in range(100))
