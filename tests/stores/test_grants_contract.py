"""The contract of GrantStore and CodeStore: opened once per origin, found, listed, ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bridge.domain.grant import Grant, Origin
from bridge.domain.ids import ClientId, GrantId, SessionKey, Sub, SubjectId
from bridge.domain.token import RedeemedCode, SpentCode
from bridge.ops.counters import CounterKey, Counters
from bridge.stores import redis as redis_stores
from bridge.stores.redis import layout
from bridge.stores.sealing import MasterSealer
from tests.stores import samples
from tests.stores.both import FOREIGN, Both, alive, mint, open_and_mint, open_one, opened, rotate
from tests.stores.races import Racers
from tests.stores.samples import CLIENT_1, CLIENT_2, DAY, NOW, SESSION_1
from tests.support.round_trips import count_round_trips


class TestCodes:
    def test_a_code_is_taken_once_with_its_grant_and_leaves_a_tombstone(
        self, both: Both, grant: Grant
    ) -> None:
        code = open_one(both, grant)
        assert both.codes.take(code, CLIENT_1, NOW) == RedeemedCode(samples.code(grant), grant)
        assert both.codes.take(code, CLIENT_1, NOW) == SpentCode(grant.id, CLIENT_1)
        assert both.codes.take(code, CLIENT_1, NOW + 3600) == SpentCode(grant.id, CLIENT_1)

    def test_another_client_can_neither_take_a_code_nor_see_that_it_is_spent(
        self, both: Both, grant: Grant
    ) -> None:
        code = open_one(both, grant)
        assert both.codes.take(code, CLIENT_2, NOW) is None
        assert both.codes.take(code, CLIENT_1, NOW) == RedeemedCode(samples.code(grant), grant)
        assert both.codes.take(code, CLIENT_2, NOW) is None

    def test_an_expired_code_is_nothing(self, both: Both, grant: Grant) -> None:
        assert both.codes.take(open_one(both, grant), CLIENT_1, NOW + 60) is None

    def test_the_tombstone_lives_as_long_as_the_longest_token(self, both: Both, grant: Grant) -> None:
        both.codes.take(open_one(both, grant), CLIENT_1, NOW)
        mint(both, grant)
        assert both.redis.command("TTL", layout.code(grant.id)) > 30 * DAY - 10
        rotate(both, grant, "1", "2", NOW + 10 * DAY)
        assert both.redis.command("TTL", layout.code(grant.id)) > 30 * DAY - 10

    @pytest.mark.parametrize("text", [*FOREIGN, "o-.o-"])
    def test_what_a_stranger_makes_up_is_nothing(self, both: Both, text: str) -> None:
        assert both.codes.take(text, CLIENT_1, NOW) is None
        assert both.grants.find(GrantId(text), NOW) is None

    def test_a_session_that_ended_meanwhile_gives_no_tokens(self, both: Both) -> None:
        both.sessions.save(samples.session(), NOW)
        both.sessions.end(SESSION_1)
        code = open_one(both, samples.grant())
        both.codes.take(code, CLIENT_1, NOW)
        assert not mint(both, samples.grant())

    def test_the_code_of_an_ended_grant_is_dead(self, both: Both, grant: Grant) -> None:
        code = open_one(both, grant)
        both.grants.end(grant.id, NOW)
        assert both.codes.take(code, CLIENT_1, NOW) is None

    def test_the_code_of_an_ended_session_is_dead(self, both: Both, grant: Grant) -> None:
        code = open_one(both, grant)
        both.grants.end_with_session([grant.id], NOW)
        assert both.codes.take(code, CLIENT_1, NOW) is None


class TestOpening:
    def test_an_origin_opens_once_and_the_second_grant_leaves_nothing(self, both: Both, grant: Grant) -> None:
        code = open_one(both, grant)
        again = replace(grant, id=GrantId("grant-2"))
        assert not both.grants.open(again, NOW, ("grant-2.code", samples.code(again)))
        assert both.codes.take("grant-2.code", CLIENT_1, NOW) is None
        assert both.grants.find(again.id, NOW) is None
        assert both.grants.by_session(SESSION_1) == (samples.of_session(grant),)
        assert both.grants.by_subject(samples.SUBJECT.id, NOW) == (grant.id,)
        assert both.grants.by_client(CLIENT_1, NOW) == (grant.id,)
        assert both.codes.take(code, CLIENT_1, NOW) == RedeemedCode(samples.code(grant), grant)
        assert not both.grants.open(again, NOW, ("grant-2.code", samples.code(again)))

    def test_the_same_grant_again_changes_nothing(self, both: Both, grant: Grant) -> None:
        code = open_one(both, grant)
        assert not both.grants.open(grant, NOW, (f"{grant.id}.other", samples.code(grant)))
        assert both.codes.take(f"{grant.id}.other", CLIENT_1, NOW) is None
        assert both.codes.take(code, CLIENT_1, NOW) == RedeemedCode(samples.code(grant), grant)

    def test_origins_of_different_kinds_are_different_ones(self, both: Both) -> None:
        first, second = samples.grant("g1", origin="x"), samples.grant("g2", origin="x")
        assert both.grants.open(first, NOW)
        assert both.grants.open(replace(second, origin=Origin("device", "x")), NOW)

    def test_an_origin_stays_claimed_for_longer_than_an_interaction_lives(
        self, both: Both, grant: Grant
    ) -> None:
        open_one(both, grant)
        key = layout.origin(grant.origin)
        assert both.redis.command("GET", key) == grant.id.encode()
        assert 3590 <= both.redis.command("TTL", key) <= 3600

    def test_the_answer_comes_again_for_a_minute(self, both: Both, grant: Grant) -> None:
        answer, other = samples.given_answer(code=f"{grant.id}.code"), samples.given_answer(code="another")
        assert both.grants.open(grant, NOW, (f"{grant.id}.code", samples.code(grant)), answer)
        again = replace(grant, id=GrantId("grant-2"))
        assert not both.grants.open(again, NOW, ("grant-2.code", samples.code(again)), other)
        assert not both.grants.close(grant.origin, other)
        assert both.grants.answer_of(grant.origin) == answer
        assert both.grants.answer_of(Origin("device", grant.origin.id)) is None
        assert 50 <= both.redis.command("TTL", layout.origin_answer(grant.origin)) <= 60

    def test_without_a_grant_an_origin_is_closed_for_a_minute(self, both: Both, grant: Grant) -> None:
        answer = samples.given_answer(error="access_denied")
        assert both.grants.close(grant.origin, answer)
        assert not both.grants.close(grant.origin, samples.given_answer(error="another"))
        assert not both.grants.open(grant, NOW, (f"{grant.id}.code", samples.code(grant)))
        assert both.grants.answer_of(grant.origin) == answer
        assert both.grants.find(grant.id, NOW) is None
        both.redis.command("DEL", layout.origin_answer(grant.origin))  # as after a minute
        assert both.grants.answer_of(grant.origin) is None
        assert both.grants.open(grant, NOW, (f"{grant.id}.code", samples.code(grant)))

    def test_a_code_lives_until_it_is_redeemed_expires_or_its_grant_ends(self, both: Both) -> None:
        grants = [samples.grant(name) for name in ("g1", "g2", "g3", "g4")]
        codes = [open_one(both, grant) for grant in grants]
        assert all(both.codes.live(code, NOW) for code in codes)
        both.codes.take(codes[0], CLIENT_1, NOW)
        both.grants.end(grants[1].id, NOW)
        both.grants.end_with_session([grants[2].id], NOW)
        assert [both.codes.live(code, NOW) for code in codes] == [False, False, False, True]
        assert not both.codes.live(codes[3], NOW + 60)
        assert not both.codes.live(f"{grants[3].id}.another", NOW)
        assert not any(both.codes.live(text, NOW) for text in FOREIGN)

    def test_it_costs_one_round_trip(self, both: Both) -> None:
        open_one(both, samples.grant("warm"))
        with count_round_trips(both.redis, both.engine) as trips:
            open_one(both, samples.grant())
        assert trips == {"redis": 5 if both.on_cluster else 1}

    def test_a_clients_own_grant_has_no_session_and_no_person(self, both: Both) -> None:
        grant = samples.client_grant()
        assert both.grants.open(grant, NOW)
        assert both.grants.find(grant.id, NOW) == grant
        assert both.grants.by_client(CLIENT_1, NOW) == (grant.id,)
        assert both.grants.sessions_of(CLIENT_1, NOW) == ()
        assert both.tokens.mint(grant, ("grant-c.a", samples.access(grant)), None)
        assert both.tokens.access_token("grant-c.a", NOW) == samples.access(grant)

    def test_a_grant_without_a_code_gives_none(self, both: Both, grant: Grant) -> None:
        assert both.grants.open(grant, NOW)
        assert both.codes.take(f"{grant.id}.code", CLIENT_1, NOW) is None
        assert mint(both, grant)


class TestFinding:
    def test_its_person_is_found_by_the_sub_of_that_client_alone(self, both: Both, grant: Grant) -> None:
        assert both.grants.subject_of(CLIENT_1, grant.person.sub, NOW) is None
        open_and_mint(both, grant)
        assert both.grants.subject_of(CLIENT_1, grant.person.sub, NOW) == samples.SUBJECT.id
        assert both.grants.subject_of(CLIENT_2, grant.person.sub, NOW) is None
        assert both.grants.subject_of(CLIENT_1, Sub("another"), NOW) is None
        both.redis.command(
            "DEL", layout.client_person(CLIENT_1, grant.person.sub)
        )  # the Session's time is over
        found = both.grants.subject_of(CLIENT_1, grant.person.sub, NOW)
        assert found == (samples.SUBJECT.id if grant.offline else None)

    def test_a_grant_is_found_until_it_ends(self, both: Both, grant: Grant) -> None:
        open_and_mint(both, grant)
        assert both.grants.find(grant.id, NOW) == grant
        both.grants.end(grant.id, NOW)
        assert both.grants.find(grant.id, NOW) is None
        assert both.grants.by_subject(samples.SUBJECT.id, NOW) == ()
        assert both.grants.by_client(CLIENT_1, NOW) == ()

    def test_all_that_it_says_comes_back(self, both: Both) -> None:
        grant = samples.bound_grant()
        open_and_mint(both, grant)
        assert both.grants.find(grant.id, NOW) == grant
        both.redis.command("DEL", layout.grant(grant.id))
        assert both.grants.find(grant.id, NOW) == grant  # from SQL

    def test_its_sessions_end_ends_all_but_an_offline_one(self, both: Both, grant: Grant) -> None:
        open_and_mint(both, grant)
        both.grants.end_with_session([grant.id], NOW)
        still = (grant.id,) if grant.offline else ()
        assert both.grants.find(grant.id, NOW) == (grant if grant.offline else None)
        assert both.grants.by_subject(samples.SUBJECT.id, NOW) == still
        assert both.grants.by_client(CLIENT_1, NOW) == still

    def test_an_offline_one_whose_code_died_with_the_session_has_ended(self, both: Both) -> None:
        grant = samples.grant(offline=True)
        open_one(both, grant)
        both.grants.end_with_session([grant.id], NOW)
        assert both.grants.find(grant.id, NOW) is None
        assert both.grants.by_subject(samples.SUBJECT.id, NOW) == ()

    def test_an_offline_one_is_found_until_its_last_token_is_dead(self, both: Both) -> None:
        grant = samples.grant(offline=True)
        open_and_mint(both, grant)
        both.redis.command("FLUSHALL")
        assert both.grants.find(grant.id, NOW + 90 * DAY - 1) == grant
        assert both.grants.by_subject(samples.SUBJECT.id, NOW + 90 * DAY - 1) == (grant.id,)
        assert both.grants.by_client(CLIENT_1, NOW + 90 * DAY - 1) == (grant.id,)
        assert both.grants.find(grant.id, NOW + 90 * DAY) is None
        assert both.grants.by_subject(samples.SUBJECT.id, NOW + 90 * DAY) == ()

    def test_it_lives_an_hour_and_as_long_as_its_tokens_here(self, both: Both) -> None:
        grant = samples.grant()
        open_one(both, grant)
        assert 3590 <= both.redis.command("TTL", layout.grant(grant.id)) <= 3600
        both.tokens.mint(grant, ("grant-1.a", samples.access(grant)), None)
        assert 3590 <= both.redis.command("TTL", layout.grant(grant.id)) <= 3600
        mint(both, grant)
        assert both.redis.command("TTL", layout.grant(grant.id)) > 30 * DAY - 10

    def test_what_was_opened_in_a_session(self, both: Both, grant: Grant) -> None:
        other = samples.grant("grant-2", client_id="client 2")
        other_session = samples.grant("grant-3", session_key="session-2")
        for opening in (grant, other, other_session):
            open_one(both, opening)
        assert both.grants.by_session(SESSION_1) == (samples.of_session(grant), samples.of_session(other))
        assert both.grants.by_session(SessionKey("session-3")) == ()

    def test_a_persons_and_a_clients_grants_are_listed_once_each(self, both: Both) -> None:
        somebody = replace(samples.SUBJECT, id=SubjectId("subject-2"))
        of_other_person = samples.grant("g3", subject=somebody)
        of_other_client = samples.grant("g4", client_id="client-2")
        offline = samples.grant("g2", offline=True)
        for opening in (samples.grant("g1"), offline, of_other_person, of_other_client):
            open_and_mint(both, opening)
        assert sorted(both.grants.by_subject(samples.SUBJECT.id, NOW)) == ["g1", "g2", "g4"]
        assert sorted(both.grants.by_client(CLIENT_1, NOW)) == ["g1", "g2", "g3"]
        assert both.grants.by_client(ClientId("nobody"), NOW) == ()

    def test_the_sessions_of_a_client_are_those_of_its_session_bound_grants(self, both: Both) -> None:
        for opening in (
            samples.grant("g1"),
            samples.grant("g2"),
            samples.grant("g3", session_key="session-2"),
            samples.grant("g4", session_key="session-3", offline=True),
            samples.grant("g5", session_key="session-4", client_id="client-2"),
            samples.grant("g6", session_key="session-5"),
        ):
            open_one(both, opening)
        both.grants.end(GrantId("g6"), NOW)
        assert sorted(both.grants.sessions_of(CLIENT_1, NOW)) == ["session-1", "session-2"]

    def test_it_is_listed_as_long_as_a_token_of_it_lives(self, both: Both) -> None:
        grant = samples.grant()
        open_one(both, grant)
        assert both.grants.by_client(CLIENT_1, NOW + 8 * 3600 - 1) == (grant.id,)
        assert both.grants.by_client(CLIENT_1, NOW + 8 * 3600) == ()
        mint(both, grant)
        assert both.grants.by_client(CLIENT_1, NOW + 30 * DAY - 1) == (grant.id,)
        assert both.grants.by_subject(samples.SUBJECT.id, NOW + 30 * DAY) == ()
        rotate(both, grant, "1", "2", NOW + DAY)
        assert both.grants.by_subject(samples.SUBJECT.id, NOW + 31 * DAY - 1) == (grant.id,)

    def test_the_indexes_hold_nothing_that_is_over(self, both: Both) -> None:
        open_one(both, samples.grant("g1"))
        later = replace(samples.grant("g2"), created_at=NOW + 8 * 3600)
        both.grants.open(later, NOW + 8 * 3600)
        for key in (layout.client_grants(CLIENT_1), layout.subject_grants(samples.SUBJECT.id)):
            assert both.redis.command("ZCARD", key) == 1
            assert 8 * 3600 - 10 <= both.redis.command("TTL", key) <= 8 * 3600

    def test_many_are_listed_in_shares(self, both: Both) -> None:
        for number in range(1001):
            assert both.grants.open(samples.grant(f"g{number}"), NOW)
        with count_round_trips(both.redis, None) as trips:
            assert len(both.grants.by_client(CLIENT_1, NOW)) == 1001
        assert trips == {"redis": 1002 if both.on_cluster else 3}

    def test_the_looks_cost_what_they_should(self, both: Both, grant: Grant) -> None:
        open_and_mint(both, grant)
        with count_round_trips(both.redis, both.engine) as trips:
            both.grants.find(grant.id, NOW)
            assert trips == ({"redis": 1, "sql": 1} if grant.offline else {"redis": 1})
            both.grants.by_session(SESSION_1)
            assert trips["redis"] == 2
            both.grants.by_subject(samples.SUBJECT.id, NOW)
            assert trips["redis"] == 4
            both.grants.sessions_of(CLIENT_1, NOW)
            assert trips["redis"] == 6


class TestEnding:
    def test_ends_of_many_grants_are_one_round_trip(self, both: Both) -> None:
        both.grants.end_with_session([GrantId("warm")], NOW)
        with count_round_trips(both.redis, None) as trips:
            both.grants.end_with_session([GrantId(name) for name in ("g1", "g2", "g3")], NOW)
        assert trips == {"redis": 3 if both.on_cluster else 1}

    def test_an_end_mark_outlives_every_token_of_its_grant(self, both: Both, grant: Grant) -> None:
        open_and_mint(both, grant)
        both.grants.end(grant.id, NOW)
        assert both.redis.command("TTL", layout.ended(grant.id)) > 30 * DAY - 10

    def test_a_sessions_end_never_softens_a_grants_end(self, both: Both, grant: Grant) -> None:
        open_and_mint(both, grant)
        both.grants.end(grant.id, NOW)
        both.grants.end_with_session([grant.id], NOW - 10)
        assert alive(both, grant, "1") == (False, False)
        assert not mint(both, grant, "2")


def test_a_grant_that_cannot_be_opened_is_counted_apart_from_one_that_is_absent(both: Both) -> None:
    open_one(both, samples.grant())
    counters, other = Counters(), MasterSealer([b"x" * 32])
    grants = redis_stores.RedisGrants(both.redis, other, counters, session_limit=3600)
    codes = redis_stores.RedisCodes(both.redis, other, counters)
    assert grants.find(GrantId("unknown")).grant is None
    assert codes.take("unknown.code", CLIENT_1, NOW) is None
    assert counters.snapshot() == {}
    assert grants.find(GrantId("grant-1")).grant is None
    assert codes.take("grant-1.code", CLIENT_1, NOW) is None
    kinds = {dict(key.labels)["kind"]: count for key, count in counters.snapshot().items()}
    assert kinds == {"grant": 2, "authorization_code": 1}
    assert CounterKey("record.unreadable", (("kind", "grant"), ("why", "seal"))) in counters.snapshot()


def take_code(urls: tuple[str, str]) -> Callable[[int], RedeemedCode | SpentCode | None]:
    both = opened(urls)
    return lambda _number: both.codes.take("grant-1.code", CLIENT_1, NOW)


def open_grant(urls: tuple[str, str], offline: bool) -> Callable[[int], bool]:
    both = opened(urls)

    def step(number: int) -> bool:
        grant = samples.grant(f"grant-{number}", origin="raced", offline=offline)
        return both.grants.open(grant, NOW, (f"{grant.id}.code", samples.code(grant)))

    return step


class TestRaces:
    def test_of_a_hundred_takers_one_gets_the_code(self, both: Both, racers: Racers) -> None:
        grant = samples.grant()
        open_one(both, grant)
        results = racers.run(take_code, both.urls)
        redeemed = [result for result in results if isinstance(result, RedeemedCode)]
        assert redeemed == [RedeemedCode(samples.code(grant), grant)]
        assert results.count(SpentCode(grant.id, CLIENT_1)) == 99

    def test_of_a_hundred_openings_of_one_origin_one_counts_and_the_others_leave_nothing(
        self, both: Both, racers: Racers, grant: Grant
    ) -> None:
        results = racers.run(open_grant, both.urls, grant.offline)
        assert results.count(True) == 1
        (winner,) = [number for number, won in enumerate(results) if won]
        name = GrantId(f"grant-{winner}")
        assert both.redis.command("GET", layout.origin(Origin("interaction", "raced"))) == name.encode()
        assert both.grants.by_client(CLIENT_1, NOW) == (name,)
        assert both.grants.by_subject(samples.SUBJECT.id, NOW) == (name,)
        assert [found.grant_id for found in both.grants.by_session(SESSION_1)] == [name]
        for number in range(100):
            taken = both.codes.take(f"grant-{number}.code", CLIENT_1, NOW)
            assert (taken is not None) == (number == winner)
