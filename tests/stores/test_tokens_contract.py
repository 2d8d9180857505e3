"""The contract of TokenStore: tokens of session-bound Grants in Redis, of offline ones in Redis and SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bridge.domain.grant import Grant
from bridge.domain.ids import GrantId
from bridge.domain.token import RedeemedCode, Rotation
from bridge.stores import redis as redis_stores
from bridge.stores import sql as sql_stores
from bridge.stores.redis import layout
from tests.stores import samples
from tests.stores.both import FOREIGN, LIMIT, Both, alive, mint, open_and_mint, open_one, opened, rotate
from tests.stores.races import Racers
from tests.stores.samples import CLIENT_1, COUNTERS, DAY, NOW, SEALER
from tests.support.round_trips import count_round_trips


class TestTokens:
    def test_minted_tokens_come_back(self, both: Both, grant: Grant) -> None:
        open_and_mint(both, grant)
        assert both.tokens.access_token(f"{grant.id}.a1", NOW) == samples.access(grant)
        assert both.tokens.refresh_token(samples.refresh_text(grant, "1"), NOW) == samples.refresh(grant)

    def test_they_die_in_their_time(self, both: Both, grant: Grant) -> None:
        open_and_mint(both, grant)
        assert alive(both, grant, "1", NOW + 599) == (True, True)
        assert alive(both, grant, "1", NOW + 600) == (False, True)
        assert alive(both, grant, "1", NOW + 30 * DAY - 1) == (False, True)
        assert alive(both, grant, "1", NOW + 30 * DAY) == (False, False)
        assert rotate(both, grant, "1", "2", NOW + 30 * DAY) == (Rotation.GONE, b"")

    def test_a_kept_refresh_token_may_get_a_later_limit(self, both: Both, grant: Grant) -> None:
        open_and_mint(both, grant)
        text, later = samples.refresh_text(grant, "1"), samples.refresh(grant, NOW + DAY)
        assert both.tokens.mint(grant, (f"{grant.id}.a2", samples.access(grant)), (text, later))
        assert both.tokens.refresh_token(text, NOW + 30 * DAY) == later

    def test_the_access_token_may_come_alone(self, both: Both, grant: Grant) -> None:
        open_one(both, grant)
        assert both.tokens.mint(grant, (f"{grant.id}.a1", samples.access(grant)), None)
        assert alive(both, grant, "1") == (True, False)

    def test_an_ended_grant_is_dead_at_once_and_mints_nothing(self, both: Both, grant: Grant) -> None:
        open_and_mint(both, grant)
        both.grants.end(grant.id, NOW)
        assert alive(both, grant, "1") == (False, False)
        assert not mint(both, grant, "2")
        assert alive(both, grant, "2") == (False, False)
        assert rotate(both, grant, "1", "3") == (Rotation.GONE, b"")
        assert alive(both, grant, "3") == (False, False)

    def test_a_grant_that_ended_before_its_first_token_has_none(self, both: Both, grant: Grant) -> None:
        code = open_one(both, grant)
        assert both.codes.take(code, CLIENT_1, NOW) is not None
        both.grants.end(grant.id, NOW)
        assert not mint(both, grant)
        assert alive(both, grant, "1") == (False, False)

    def test_a_sessions_end_leaves_only_offline_tokens(self, both: Both, grant: Grant) -> None:
        open_and_mint(both, grant)
        both.grants.end_with_session([grant.id, GrantId("unknown"), GrantId("}bad")], NOW + 5)
        assert alive(both, grant, "1", NOW + 5) == (False, grant.offline)
        rotation, _ = rotate(both, grant, "1", "2", NOW + 6)
        assert rotation is (Rotation.WON if grant.offline else Rotation.GONE)
        assert alive(both, grant, "2", NOW + 6) == (grant.offline, grant.offline)

    def test_a_revoked_access_token_is_dead_and_the_grant_lives_on(self, both: Both, grant: Grant) -> None:
        open_and_mint(both, grant)
        assert mint(both, grant, "2")
        both.tokens.revoke_access_token(f"{grant.id}.a1")
        assert alive(both, grant, "1") == (False, True)
        assert alive(both, grant, "2") == (True, True)
        assert both.grants.find(grant.id, NOW) == grant

    def test_a_session_bound_grant_that_has_gone_mints_nothing(self, both: Both) -> None:
        assert not mint(both, samples.grant())
        assert alive(both, samples.grant(), "1") == (False, False)

    def test_two_offline_grants_of_one_origin_never_both_get_tokens(self, both: Both) -> None:
        first = samples.grant("g1", origin="x", offline=True)
        second = samples.grant("g2", origin="x", offline=True)
        open_and_mint(both, first)
        both.redis.command("DEL", layout.origin(first.origin))  # an hour later
        open_one(both, second)
        assert not mint(both, second)
        assert alive(both, second, "1") == (False, False)
        assert alive(both, first, "1") == (True, True)

    @pytest.mark.parametrize("text", [*FOREIGN, "o-.o-"])
    def test_what_a_stranger_makes_up_is_nothing(self, both: Both, text: str) -> None:
        assert both.tokens.access_token(text, NOW) is None
        assert both.tokens.refresh_token(text, NOW) is None
        both.tokens.revoke_access_token(text)
        access, refresh = samples.access(samples.grant()), samples.refresh(samples.grant())
        made_up = both.tokens.rotate(text, ("grant-1.m", access), ("grant-1.n", refresh), b"", NOW)
        assert made_up[0] is Rotation.GONE

    def test_the_calls_of_a_request_cost_what_they_should(self, both: Both) -> None:
        grant = samples.grant()
        open_and_mint(both, samples.grant("warm"))
        code = open_one(both, grant)
        with count_round_trips(both.redis, both.engine) as trips:
            both.codes.take(code, CLIENT_1, NOW)
            assert trips == {"redis": 1}
            limit = samples.shortened(samples.refresh(grant), NOW + LIMIT)  # it dies with the Session
            both.tokens.mint(grant, ("grant-1.a1", samples.access(grant)), ("grant-1.1", limit))
            assert trips == {"redis": 2}
            both.tokens.access_token("grant-1.a1", NOW)
            assert trips == {"redis": 3}
            both.tokens.refresh_token("grant-1.1", NOW)
            assert trips == {"redis": 4}
            access = "grant-1.a2", samples.access(grant)
            assert both.tokens.rotate("grant-1.1", access, ("grant-1.2", limit), b"", NOW)[0] is Rotation.WON
            assert trips == {"redis": 5}
            both.tokens.revoke_access_token("grant-1.a2")
            assert trips == {"redis": 6}

    def test_all_keys_of_a_grant_lie_in_one_slot(self, both: Both, grant: Grant, cluster_redis: str) -> None:
        open_and_mint(both, grant)
        rotate(both, grant, "1", "2")
        both.grants.end(grant.id, NOW)
        keys = both.redis.command("KEYS", "bridge:{grant-1}:*")
        assert len(keys) >= 4
        node = redis_stores.connect(cluster_redis.replace("redis+cluster", "redis"))
        assert len({node.command("CLUSTER", "KEYSLOT", key) for key in keys}) == 1

    def test_scripts_that_redis_has_forgotten_are_sent_again(self, both: Both, grant: Grant) -> None:
        open_one(both, grant)
        both.redis.command("SCRIPT", "FLUSH")
        assert both.codes.take(f"{grant.id}.code", CLIENT_1, NOW) == RedeemedCode(samples.code(grant), grant)
        both.redis.command("SCRIPT", "FLUSH")
        both.grants.end_with_session([grant.id], NOW)
        assert both.redis.command("GET", layout.ended(grant.id)) == b"session %d" % NOW


class TestRotation:
    def test_the_new_tokens_live_and_the_same_token_gets_the_same_answer(
        self, both: Both, grant: Grant
    ) -> None:
        open_and_mint(both, grant)
        assert rotate(both, grant, "1", "2") == (Rotation.WON, b"answer with 2")
        assert alive(both, grant, "2") == (True, True)
        assert rotate(both, grant, "1", "3", NOW + 29) == (Rotation.REPEATED, b"answer with 2")
        assert alive(both, grant, "3") == (False, False)
        assert rotate(both, grant, "2", "4", NOW + 29) == (Rotation.WON, b"answer with 4")

    def test_later_reuse_ends_the_family(self, both: Both, grant: Grant) -> None:
        open_and_mint(both, grant)
        rotate(both, grant, "1", "2")
        rotated = replace(samples.refresh(grant), rotated=True)
        assert both.tokens.refresh_token(samples.refresh_text(grant, "1"), NOW + 30) == rotated
        assert rotate(both, grant, "1", "3", NOW + 30) == (Rotation.REUSED, b"")
        for secret in "123":
            assert alive(both, grant, secret, NOW + 30) == (False, False)
        assert rotate(both, grant, "2", "4", NOW + 30) == (Rotation.GONE, b"")
        assert not mint(both, grant, "5")

    def test_a_token_of_another_grant_rotates_nothing(self, both: Both, grant: Grant) -> None:
        open_and_mint(both, grant)
        other = samples.grant("grant-2", offline=grant.offline)
        open_and_mint(both, other)
        assert (
            both.tokens.rotate(
                samples.refresh_text(grant, "1"),
                ("grant-2.a9", samples.access(other)),
                (samples.refresh_text(other, "9"), samples.refresh(other)),
                b"",
                NOW,
            )[0]
            is Rotation.GONE
        )
        assert alive(both, other, "9") == (False, False)
        assert alive(both, grant, "1") == (True, True)

    def test_after_the_grants_end_a_rotation_gives_nothing_and_repeats_nothing(
        self, both: Both, grant: Grant
    ) -> None:
        """The answer of a moment ago rests still, and its tokens are dead."""
        open_and_mint(both, grant)
        assert rotate(both, grant, "1", "2")[0] is Rotation.WON
        both.grants.end(grant.id, NOW + 1)
        assert rotate(both, grant, "1", "3", NOW + 2) == (Rotation.GONE, b"")
        assert rotate(both, grant, "2", "4", NOW + 2) == (Rotation.GONE, b"")

    def test_an_offline_grants_end_holds_where_redis_has_forgotten_it(self, both: Both) -> None:
        grant = samples.grant(offline=True)
        open_and_mint(both, grant)
        both.grants.end(grant.id, NOW)
        both.redis.command("DEL", layout.ended(grant.id))
        assert rotate(both, grant, "1", "2") == (Rotation.GONE, b"")
        assert alive(both, grant, "2") == (False, False)

    def test_an_offline_grants_end_holds_where_it_came_before_sql_knew_of_it(self, both: Both) -> None:
        """Redis hears of an end first: a rotation between the two is none, and SQL hears by it."""
        grant = samples.grant(offline=True)
        open_and_mint(both, grant)
        in_redis = redis_stores.RedisGrants(both.redis, SEALER, COUNTERS, session_limit=LIMIT)
        in_redis.end(grant.id, NOW)
        assert both.tokens.refresh_token(samples.refresh_text(grant, "1"), NOW) is not None
        assert rotate(both, grant, "1", "2") == (Rotation.GONE, b"")
        for secret in "12":
            assert alive(both, grant, secret) == (False, False)
        both.redis.command("DEL", layout.ended(grant.id))
        assert rotate(both, grant, "1", "3") == (Rotation.GONE, b"")

    def test_the_answer_rests_for_thirty_seconds_and_never_in_clear(self, both: Both, grant: Grant) -> None:
        open_and_mint(both, grant)
        rotate(both, grant, "1", "2")
        if grant.offline:
            with both.engine.connect() as connection:
                answers = connection.exec_driver_sql("SELECT answer FROM refresh_tokens").scalars().all()
            (kept,) = [bytes(found) for found in answers if found is not None]
            sql_stores.purge(both.engine, NOW + 30)
            with both.engine.connect() as connection:
                assert connection.exec_driver_sql("SELECT count(answer) FROM refresh_tokens").scalar() == 0
        else:
            key = layout.answer(grant.id, samples.refresh_text(grant, "1"))
            kept = both.redis.command("GET", key)
            assert 29 <= both.redis.command("TTL", key) <= 31
        assert b"answer" not in kept


def rotate_one(urls: tuple[str, str], offline: bool) -> Callable[[int], tuple[Rotation, bytes]]:
    both, grant = opened(urls), samples.grant(offline=offline)
    return lambda number: rotate(both, grant, "1", f"new{number}")


def mint_or_end(urls: tuple[str, str], offline: bool) -> Callable[[int], bool]:
    """One in twenty ends the Grant, the others mint."""
    both, grant = opened(urls), samples.grant(offline=offline)

    def step(number: int) -> bool:
        if number % 20 == 10:
            both.grants.end(grant.id, NOW)
            return False
        return mint(both, grant, f"m{number}")

    return step


class TestRaces:
    def test_of_a_hundred_rotations_one_wins_and_all_get_its_answer(
        self, both: Both, grant: Grant, racers: Racers
    ) -> None:
        open_and_mint(both, grant)
        results = racers.run(rotate_one, both.urls, grant.offline)
        assert [rotation for rotation, _ in results].count(Rotation.WON) == 1
        assert {rotation for rotation, _ in results} == {Rotation.WON, Rotation.REPEATED}
        (answer,) = {answer for _, answer in results}
        winner = answer.decode().removeprefix("answer with ")
        assert alive(both, grant, winner) == (True, True)
        losers = [f"new{number}" for number in range(100) if f"new{number}" != winner]
        assert not any(any(alive(both, grant, loser)) for loser in losers)

    def test_no_token_survives_an_end_that_ran_beside_its_minting(
        self, both: Both, grant: Grant, racers: Racers
    ) -> None:
        open_one(both, grant)
        results = racers.run(mint_or_end, both.urls, grant.offline)
        assert len(results) == 100
        assert not any(any(alive(both, grant, f"m{number}")) for number in range(100))
