"""The contract of the stores in Redis, on every kind of server."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bridge.domain.grant import Origin
from bridge.domain.ids import BrowserId, ConfirmationKey, HandoffKey
from bridge.domain.interaction import Handoff, Word
from bridge.errors import SealBroken
from bridge.ports.basics import Rate, RateLimiter
from bridge.ports.logins import Asked, ConfirmationStore, HandoffStore
from bridge.stores import redis as stores
from bridge.stores.redis import Redis, layout
from bridge.stores.sealing import SealedInteractions
from tests.stores import samples
from tests.stores.races import Racers
from tests.stores.samples import COUNTERS, NOW, SEALER, SESSION_1
from tests.support.round_trips import count_round_trips


def ttl(redis: Redis, key: str) -> int:
    return int(redis.command("TTL", key))


def take_handoff(url: str) -> Callable[[int], Handoff | None]:
    store = stores.RedisHandoffs(stores.connect(url, read_timeout=30), SEALER, COUNTERS)
    return lambda _number: store.take("state-hash", "browser-hash")


def answer_confirmation(url: str) -> Callable[[int], Asked | None]:
    store = stores.RedisConfirmations(stores.connect(url, read_timeout=30), SEALER, COUNTERS)
    return lambda _number: store.answer(ConfirmationKey("k"), "yes")


class TestHandoffs:
    @pytest.fixture
    def store(self, redis: Redis) -> HandoffStore:
        return stores.RedisHandoffs(redis, SEALER, COUNTERS)

    def test_one_that_was_begun_is_seen_and_taken_once(self, store: HandoffStore) -> None:
        handoff = samples.handoff()
        assert store.begin(handoff, 300, replace=False) == "begun"
        assert store.peek(handoff.key) == handoff
        assert store.take(handoff.key, handoff.browser) == handoff
        assert store.take(handoff.key, handoff.browser) is None
        assert store.peek(handoff.key) is None

    def test_another_browser_takes_nothing_and_leaves_it_as_it_is(self, store: HandoffStore) -> None:
        handoff = samples.handoff()
        store.begin(handoff, 300, replace=False)
        assert store.take(handoff.key, "another") is None
        assert store.take(handoff.key, handoff.browser) == handoff

    def test_a_taken_one_is_known_to_its_browser_as_long_as_it_would_have_lived(
        self, store: HandoffStore, redis: Redis
    ) -> None:
        handoff = samples.handoff()
        store.begin(handoff, 300, replace=False)
        assert store.taken(handoff.key, handoff.browser) is None
        store.take(handoff.key, handoff.browser)
        assert store.taken(handoff.key, handoff.browser) == handoff
        assert store.taken(handoff.key, "another") is None
        assert 290 <= ttl(redis, layout.handoff_taken(handoff.key)) <= 300

    def test_an_expired_one_is_not_taken_but_remembered_for_half_an_hour(
        self, store: HandoffStore, redis: Redis
    ) -> None:
        handoff = samples.handoff()
        store.begin(handoff, 300, replace=False)
        assert 290 <= ttl(redis, layout.handoff(handoff.key)) <= 300
        assert 2090 <= ttl(redis, layout.handoff_begun(handoff.key)) <= 2100
        redis.command("DEL", layout.handoff(handoff.key))
        assert store.peek(handoff.key) is None
        assert store.take(handoff.key, handoff.browser) is None
        assert store.taken(handoff.key, handoff.browser) is None
        assert store.remembered(handoff.key) == handoff

    def test_a_live_and_a_taken_one_are_remembered_too(self, store: HandoffStore) -> None:
        handoff = samples.handoff()
        assert store.remembered(handoff.key) is None
        store.begin(handoff, 300, replace=False)
        assert store.remembered(handoff.key) == handoff
        store.take(handoff.key, handoff.browser)
        assert store.remembered(handoff.key) == handoff

    def test_an_expired_one_leaves_room_for_another(self, store: HandoffStore, redis: Redis) -> None:
        first, second = samples.handoff(), samples.handoff(browser="another")
        store.begin(first, 300, replace=False)
        redis.command("DEL", layout.handoff(first.key))
        assert store.begin(second, 300, replace=False)
        assert store.peek(first.key) == store.remembered(first.key) == second

    def test_a_live_one_of_the_same_key_is_replaced_only_on_purpose(self, store: HandoffStore) -> None:
        first, second = samples.handoff(), samples.handoff(browser="another")
        assert store.begin(first, 300, replace=False) == "begun"
        assert store.begin(second, 300, replace=False) == "other live"
        assert store.peek(first.key) == first
        assert store.begin(second, 300, replace=True) == "begun"
        assert store.peek(first.key) == second

    def test_one_whose_interaction_had_its_answer_is_told_so_and_begun(
        self, store: HandoffStore, redis: Redis
    ) -> None:
        """It may be the answer of a Session that has ended since: the caller knows."""
        handoff = samples.handoff()
        grants = stores.RedisGrants(redis, SEALER, COUNTERS, session_limit=60)
        grants.close(Origin("interaction", handoff.interaction.id), samples.given_answer(error="x"))
        assert store.begin(handoff, 300, replace=False) == "answered"
        assert store.peek(handoff.key) == handoff

    def test_after_a_taken_one_another_may_begin(self, store: HandoffStore) -> None:
        handoff = samples.handoff()
        store.begin(handoff, 300, replace=False)
        store.take(handoff.key, handoff.browser)
        assert store.begin(handoff, 300, replace=False) == "begun"

    def test_of_a_hundred_one_takes_it(self, store: HandoffStore, redis_url: str, racers: Racers) -> None:
        store.begin(samples.handoff(), 300, replace=False)
        results = racers.run(take_handoff, redis_url)
        assert [found for found in results if found is not None] == [samples.handoff()]


class TestConfirmations:
    @pytest.fixture
    def store(self, redis: Redis) -> ConfirmationStore:
        return stores.RedisConfirmations(redis, SEALER, COUNTERS)

    @pytest.mark.parametrize("words", [("yes", "no"), ("no", "yes"), ("yes", "yes")])
    def test_the_first_answer_counts_and_stays_for_a_minute(
        self, store: ConfirmationStore, redis: Redis, words: tuple[Word, Word]
    ) -> None:
        pending = samples.pending_confirmation("k")
        store.put(pending, 120)
        assert store.peek(pending.key) == store.peek(pending.key) == (pending, None)
        assert store.answer(pending.key, words[0]) == (pending, None)
        assert store.answer(pending.key, words[1]) == store.peek(pending.key) == (pending, words[0])
        assert 50 <= ttl(redis, layout.confirmation("k")) <= 60

    def test_where_nobody_waits_nobody_answers(self, store: ConfirmationStore) -> None:
        assert store.answer(ConfirmationKey("k"), "yes") is None
        assert store.peek(ConfirmationKey("k")) is None

    def test_of_a_hundred_one_answers(self, store: ConfirmationStore, redis_url: str, racers: Racers) -> None:
        pending = samples.pending_confirmation("k")
        store.put(pending, 120)
        results = racers.run(answer_confirmation, redis_url)
        assert [found.before for found in results if found is not None].count(None) == 1
        assert {found.before for found in results if found is not None} == {None, "yes"}

    def test_who_does_not_answer_is_forgotten(self, store: ConfirmationStore, redis: Redis) -> None:
        store.put(samples.pending_confirmation("k"), 120)
        assert 110 <= ttl(redis, layout.confirmation("k")) <= 120


def hit(url: str) -> Callable[[int], int]:
    limiter = stores.RedisRateLimiter(stores.connect(url, read_timeout=30))
    return lambda _number: limiter.hit(Rate("raced", 10, 300), now=float(NOW))


class TestRateLimiter:
    @pytest.fixture
    def limiter(self, redis: Redis) -> RateLimiter:
        return stores.RedisRateLimiter(redis)

    def test_hits_within_the_limit_pass_and_the_next_is_told_when_to_come(self, limiter: RateLimiter) -> None:
        assert [limiter.hit(Rate("k", 3, 60), now=600.0) for _ in range(3)] == [0, 0, 0]
        wait = limiter.hit(Rate("k", 3, 60), now=600.0)
        assert 0 < wait <= 80
        assert limiter.hit(Rate("k", 3, 60), now=600.0 + wait) == 0

    def test_a_window_before_counts_by_its_share(self, limiter: RateLimiter) -> None:
        for _ in range(10):
            assert limiter.hit(Rate("k", 10, 60), now=659.0) == 0
        assert limiter.hit(Rate("k", 10, 60), now=660.0) == 6  # a tenth of the ten has to leave the window
        assert limiter.hit(Rate("k", 10, 60), now=666.0) == 0
        assert limiter.hit(Rate("k", 10, 60), now=666.0) > 0
        assert limiter.hit(Rate("k", 10, 60), now=719.0) == 0

    def test_refused_hits_do_not_count(self, limiter: RateLimiter) -> None:
        waits = [limiter.hit(Rate("k", 1, 60), now=600.0) for _ in range(50)]
        assert waits[0] == 0
        assert len(set(waits[1:])) == 1

    def test_keys_do_not_share_a_count(self, limiter: RateLimiter) -> None:
        assert limiter.hit(Rate("a", 1, 60), now=600.0) == 0
        assert limiter.hit(Rate("b}{", 1, 60), now=600.0) == 0

    def test_several_at_once_wait_for_the_slowest(self, limiter: RateLimiter) -> None:
        both = Rate("address", 2, 60), Rate("browser", 1, 300)
        assert limiter.hit(*both, now=600.0) == 0
        assert limiter.hit(*both, now=600.0) == limiter.hit(both[1], now=600.0) > 0
        assert limiter.hit(both[0], Rate("nothing", 0, 90), now=600.0) == 90

    def test_a_hit_that_one_rate_refuses_counts_for_none(self, limiter: RateLimiter) -> None:
        """DESIGN §6.21: a browser at its own limit uses up nothing of its address'."""
        address, browser = Rate("address", 3, 60), Rate("browser", 1, 300)
        assert limiter.hit(address, browser, now=600.0) == 0
        assert [limiter.hit(address, browser, now=600.0) > 0 for _ in range(20)] == [True] * 20
        assert [limiter.hit(address, now=600.0) for _ in range(2)] == [0, 0]
        assert limiter.hit(address, now=600.0) > 0

    def test_whoever_is_refused_leaves_nothing_behind(self, limiter: RateLimiter, redis: Redis) -> None:
        """Of thousands of networks, each with a key of its own: what strangers write has a bound."""
        in_all = Rate("all", 2, 60)
        assert [limiter.hit(Rate(f"network {n}", 5, 60), in_all, now=NOW) for n in range(2)] == [0, 0]
        before = redis.command("DBSIZE")
        assert all(limiter.hit(Rate(f"network {n}", 5, 60), in_all, now=NOW) for n in range(2, 50))
        assert redis.command("DBSIZE") == before
        assert limiter.hit(Rate("network 0", 2, 60), now=NOW) == 0  # those that counted still do
        assert limiter.hit(Rate("network 0", 2, 60), now=NOW) > 0

    def test_of_a_hundred_ten_pass(self, limiter: RateLimiter, redis_url: str, racers: Racers) -> None:
        assert racers.run(hit, redis_url).count(0) == 10


class TestSealedInteractions:
    def test_a_usual_one_travels_in_the_url_without_redis(self, redis: Redis) -> None:
        seal = SealedInteractions(SEALER, stores.Parking(redis), COUNTERS)
        with count_round_trips(redis, None) as trips:
            text = seal.seal(samples.interaction())
            assert seal.unseal(text) == samples.interaction()
        assert not trips
        assert len(text) < 700

    def test_a_large_one_is_parked_and_found_again_and_again(self, redis: Redis) -> None:
        seal = SealedInteractions(SEALER, stores.Parking(redis), COUNTERS, max_length=100)
        text = seal.seal(samples.interaction())
        assert text.startswith("p.")
        assert len(text) < 50
        assert seal.unseal(text) == seal.unseal(text) == samples.interaction()
        (key,) = redis.command("KEYS", "*")
        assert 1790 <= ttl(redis, key.decode()) <= 1800

    @pytest.mark.parametrize("text", ["", "p.", "p.no", "p.\udcff", "ខ្មែរ", "A" * 100, "a.b", "AA==", "p.p"])
    def test_what_was_not_sealed_here_is_broken(self, redis: Redis, text: str) -> None:
        with pytest.raises(SealBroken):
            SealedInteractions(SEALER, stores.Parking(redis), COUNTERS).unseal(text)


def test_every_key_dies_by_itself(redis: Redis) -> None:
    grants = stores.RedisGrants(redis, SEALER, COUNTERS, session_limit=8 * 3600)
    tokens = stores.RedisTokens(redis, SEALER, COUNTERS)
    grant, second = samples.grant(), samples.grant("g2")
    stores.RedisSessions(redis, SEALER, COUNTERS, idle=3600, limit=8 * 3600).save(samples.session(), NOW)
    stores.RedisHandoffs(redis, SEALER, COUNTERS).begin(samples.handoff(), 300, replace=False)
    stores.RedisHandoffs(redis, SEALER, COUNTERS).begin(samples.handoff("second"), 300, replace=True)
    stores.RedisHandoffs(redis, SEALER, COUNTERS).take(HandoffKey("second"), BrowserId("browser-hash"))
    stores.RedisConfirmations(redis, SEALER, COUNTERS).put(samples.pending_confirmation(), 120)
    stores.RedisRateLimiter(redis).hit(Rate("k", 10, 60), now=float(NOW))
    SealedInteractions(SEALER, stores.Parking(redis), COUNTERS, max_length=10).seal(samples.interaction())
    grants.open(grant, NOW, ("grant-1.c", samples.code(grant)), samples.given_answer(code="grant-1.c"))
    grants.close(Origin("interaction", "declined"), samples.given_answer(error="access_denied"))
    grants.open(second, NOW)
    grants.open(samples.grant("lost", origin=grant.origin.id), NOW)
    stores.RedisCodes(redis, SEALER, COUNTERS).take("grant-1.c", samples.CLIENT_1, NOW)
    tokens.mint(grant, ("grant-1.a", samples.access(grant)), ("grant-1.r", samples.refresh(grant)))
    tokens.rotate(
        "grant-1.r", ("grant-1.b", samples.access(grant)), ("grant-1.s", samples.refresh(grant)), b"x", NOW
    )
    grants.end_with_session([grant.id], NOW)
    tokens.mint(second, ("g2.a", samples.access(second)), None)
    stores.RedisSessions(redis, SEALER, COUNTERS, idle=3600, limit=8 * 3600).end(SESSION_1)
    keys = [key.decode() for key in redis.command("KEYS", "*")]
    kinds = {key.rpartition("}:")[2].partition(":")[0] for key in keys}
    assert {"code", "grant", "ended", "a", "r", "answer", "origin", "grants", "sessions"} <= kinds
    assert {"over", "handoff", "taken", "confirmation"} <= kinds
    assert all(ttl(redis, key) > 0 for key in keys)
    assert all(key.startswith("bridge:") for key in keys)
