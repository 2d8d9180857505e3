"""The contract of the stores in SQL, on SQLite and PostgreSQL."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Engine, text

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.consent import Consent
from bridge.domain.ids import ClientId, GrantId, Kid, Sub, SubjectId
from bridge.domain.person_look import PersonLook
from bridge.errors import SealBroken, StoreUnavailable
from bridge.ops.counters import CounterKey, Counters
from bridge.ports.basics import AuditLog
from bridge.ports.clients import ConsentStore
from bridge.ports.keys import SecretStore, SigningKey, SigningKeyStore
from bridge.ports.logins import SpentTokens
from bridge.ports.people import PersonLooks
from bridge.stores import sql as stores
from bridge.stores.sealing import MasterSealer
from bridge.stores.sql.audit import WRITER
from bridge.stores.sql.purge import LOOKS_KEPT_FOR
from bridge.stores.stored_grant import StoredGrant
from tests.stores import samples
from tests.stores.conftest import Hand
from tests.stores.races import Racers
from tests.stores.samples import COUNTERS, DAY, NOW, SEALER
from tests.support.round_trips import count_round_trips


def add_key(url: str) -> Callable[[int], bool]:
    keys = stores.SqlSigningKeys(stores.connect(url, timeout=30), SEALER)
    return lambda number: keys.add(SigningKey(Kid(f"k{number}"), "RS256", "{}", NOW), only_if_first=True)


class TestSigningKeys:
    @pytest.fixture
    def store(self, engine: Engine, hand: Hand) -> SigningKeyStore:
        return stores.SqlSigningKeys(engine, SEALER, clock=hand)

    def test_keys_come_back_newest_first(self, store: SigningKeyStore) -> None:
        old, new = (
            SigningKey(Kid("old"), "RS256", '{"d": "1"}', NOW),
            SigningKey(Kid("new"), "ES256", '{"d": "2"}', NOW + 1),
        )
        assert store.add(old)
        assert store.add(new)
        assert tuple(store.all()) == (new, old)

    def test_a_retired_one_stays_and_a_removed_one_goes(self, store: SigningKeyStore) -> None:
        first, *others = (SigningKey(Kid(f"k{n}"), "RS256", "{}", NOW + n) for n in range(4))
        store.add(first)
        for key, at in zip(others, (NOW + 9, NOW + 5, NOW + 9), strict=True):  # sooner once, for it leaked
            store.succeed(key, [first.kid], at)
        assert tuple(store.all()) == (*reversed(others), replace(first, retired_at=NOW + 5))
        store.remove(first.kid)
        assert tuple(store.all()) == tuple(reversed(others))

    def test_the_first_of_an_alg_is_kept_once(self, store: SigningKeyStore) -> None:
        assert store.add(SigningKey(Kid("a"), "RS256", "{}", NOW), only_if_first=True)
        assert not store.add(SigningKey(Kid("b"), "RS256", "{}", NOW), only_if_first=True)
        assert store.add(SigningKey(Kid("c"), "ES256", "{}", NOW), only_if_first=True)
        store.succeed(SigningKey(Kid("d"), "PS256", "{}", NOW), [Kid("a")], NOW)
        assert store.add(SigningKey(Kid("e"), "RS256", "{}", NOW), only_if_first=True)
        assert {key.kid for key in store.all()} == {"a", "c", "d", "e"}

    def test_of_a_hundred_first_keys_one_is_kept(
        self, store: SigningKeyStore, sql_url: str, racers: Racers
    ) -> None:
        assert racers.run(add_key, sql_url).count(True) == 1
        assert len(store.all()) == 1

    def test_they_are_answered_from_memory(self, store: SigningKeyStore, engine: Engine, hand: Hand) -> None:
        store.add(SigningKey(Kid("k"), "RS256", "{}", NOW))
        store.all()
        with count_round_trips(None, engine, versions=True) as trips:
            store.all()
            assert not trips
        other = stores.SqlSigningKeys(engine, SEALER)
        other.succeed(SigningKey(Kid("a"), "RS256", "{}", NOW - 1), [Kid("k")], NOW)
        hand.time += 3
        assert store.all()[0].retired_at == NOW

    def test_private_keys_rest_sealed_and_bound_to_their_kid(
        self, store: SigningKeyStore, engine: Engine
    ) -> None:
        store.add(SigningKey(Kid("a"), "RS256", '{"d": "very-private"}', NOW))
        store.add(SigningKey(Kid("b"), "RS256", '{"d": "other"}', NOW))
        with engine.begin() as connection:
            assert "private" not in str(connection.execute(text("SELECT * FROM signing_keys")).all())
            of_a = "(SELECT private_jwk FROM signing_keys WHERE kid = 'a')"
            connection.execute(text(f"UPDATE signing_keys SET private_jwk = {of_a}"))  # noqa: S608 -- fixed text
        with pytest.raises(SealBroken):
            stores.SqlSigningKeys(engine, SEALER).all()


def make_secret(url: str) -> Callable[[int], bytes]:
    secrets = stores.SqlSecrets(stores.connect(url, timeout=30), SEALER)
    return lambda number: secrets.get_or_make("pairwise", lambda: b"%d" % number)


class TestSecrets:
    @pytest.fixture
    def store(self, engine: Engine) -> SecretStore:
        return stores.SqlSecrets(engine, SEALER)

    def test_a_secret_is_made_once_for_ever(self, store: SecretStore, engine: Engine) -> None:
        assert store.get_or_make("a", lambda: b"first") == b"first"
        assert store.get_or_make("a", lambda: b"second") == b"first"
        assert stores.SqlSecrets(engine, SEALER).get_or_make("a", lambda: b"third") == b"first"
        assert store.get_or_make("b", lambda: b"other") == b"other"

    def test_of_a_hundred_makers_all_get_the_same(
        self, store: SecretStore, sql_url: str, racers: Racers
    ) -> None:
        (secret,) = set(racers.run(make_secret, sql_url))
        assert store.get_or_make("pairwise", lambda: b"later") == secret

    def test_a_lost_master_key_is_no_reason_to_make_another_secret(
        self, store: SecretStore, engine: Engine
    ) -> None:
        store.get_or_make("a", lambda: b"first")
        with pytest.raises(SealBroken):
            stores.SqlSecrets(engine, MasterSealer([b"x" * 32])).get_or_make("a", lambda: b"second")
        assert stores.SqlSecrets(engine, SEALER).get_or_make("a", lambda: b"third") == b"first"


S, C = SubjectId("s"), ClientId("c")


class TestConsents:
    @pytest.fixture
    def store(self, engine: Engine) -> ConsentStore:
        return stores.SqlConsents(engine)

    def test_the_latest_is_kept_until_it_is_removed(self, store: ConsentStore) -> None:
        first = Consent(S, C, frozenset({"openid", "ខ"}), frozenset({"name#km"}), NOW)
        assert store.get(S, C) is None
        store.save(first)
        assert store.get(S, C) == first
        wider = replace(first, scope=first.scope | {"email"}, granted_at=NOW + 1)
        store.save(wider)
        assert store.get(S, C) == wider
        assert store.get(S, ClientId("other")) is None
        store.remove(S, C)
        assert store.get(S, C) is None
        store.remove(S, C)

    def test_a_look_is_one_query(self, store: ConsentStore, engine: Engine) -> None:
        with count_round_trips(None, engine, versions=True) as trips:
            store.get(S, C)
        assert trips == {"sql": 1}

    def test_its_person_is_found_by_the_sub_of_that_client_alone(self, store: ConsentStore) -> None:
        store.save(Consent(S, C, frozenset(), frozenset(), NOW))  # as it was kept before subs were
        assert store.subject_of(C, Sub("theirs")) is None
        store.save(Consent(S, C, frozenset(), frozenset(), NOW), sub=Sub("theirs"))
        assert store.subject_of(C, Sub("theirs")) == S
        assert store.subject_of(ClientId("other"), Sub("theirs")) is None
        store.remove(S, C)
        assert store.subject_of(C, Sub("theirs")) is None


class TestPersonLooks:
    def test_the_newest_of_one_person_come_first_and_the_old_go(self, engine: Engine) -> None:
        stores.chain_with(engine, SEALER)
        stores.SqlMasterKeys(engine).begin(SEALER.key_ids[0], NOW)
        store: PersonLooks = stores.SqlPersonLooks(engine)
        ages = (LOOKS_KEPT_FOR, 9, 5)
        looks = [PersonLook(S, NOW - age, "owner", "ទូរសព្ទបាត់") for age in ages]
        for look in (*looks, replace(looks[0], subject_id=SubjectId("else"), at=NOW)):
            store.add(look, entry=AuditEntry(look.at, "command line", "person.seen_everywhere", C))
        assert store.of(S, limit=2) == (looks[2], looks[1])
        stores.purge(engine, NOW)
        assert store.of(S, limit=9) == (looks[2], looks[1])


def spend(url: str) -> Callable[[int], bool]:
    spent = stores.SqlSpentTokens(stores.connect(url, timeout=30))
    return lambda _number: spent.spend("raced", NOW)


class TestSpentTokens:
    @pytest.fixture
    def store(self, engine: Engine) -> SpentTokens:
        return stores.SqlSpentTokens(engine)

    def test_a_token_is_new_once(self, store: SpentTokens) -> None:
        assert store.spend("token \0 \udcff", NOW)
        assert not store.spend("token \0 \udcff", NOW + DAY)
        assert store.spend("another", NOW)

    def test_of_a_hundred_sights_one_is_the_first(
        self, store: SpentTokens, sql_url: str, racers: Racers
    ) -> None:
        assert racers.run(spend, sql_url).count(True) == 1

    def test_it_is_kept_for_thirty_days_by_its_hash(self, store: SpentTokens, engine: Engine) -> None:
        store.spend("very-secret", NOW)
        with engine.connect() as connection:
            assert "very-secret" not in str(connection.execute(text("SELECT * FROM spent_tokens")).all())
        assert stores.purge(engine, NOW + 30 * DAY - 1) == 0
        assert not store.spend("very-secret", NOW)
        assert stores.purge(engine, NOW + 30 * DAY) == 1


def spend_either(url: str) -> Callable[[int], bool | None]:
    spent = stores.SqlSpentTokens(stores.connect(url, timeout=30))
    return lambda number: (spent.spend if number % 2 else spent.spend_unsolicited)("raced", NOW)


class TestUnsolicitedTokens:
    @pytest.fixture
    def store(self, engine: Engine) -> SpentTokens:
        return stores.SqlSpentTokens(engine, max_unsolicited=3)

    def test_a_token_is_new_once_whichever_way_it_comes(self, store: SpentTokens) -> None:
        assert store.spend_unsolicited("a", NOW)
        assert not store.spend("a", NOW)
        assert store.spend("b", NOW)
        assert store.spend_unsolicited("b", NOW) is False

    def test_of_a_hundred_sights_of_either_kind_one_is_the_first(
        self, store: SpentTokens, sql_url: str, racers: Racers
    ) -> None:
        assert racers.run(spend_either, sql_url).count(True) == 1

    def test_strangers_fill_their_own_share_and_no_more(self, store: SpentTokens, engine: Engine) -> None:
        """DESIGN §6.21: it has a bound and an end; the token of a login always has its place."""
        said = [store.spend_unsolicited(f"made up {number}", NOW) for number in range(5)]
        assert said == [True, True, True, None, None]
        assert store.spend("a person's", NOW)
        assert stores.purge(engine, NOW + DAY) == 3
        assert store.spend_unsolicited("made up 4", NOW + DAY)
        assert not store.spend("a person's", NOW + DAY)


def test_what_strangers_left_in_the_trail_goes_after_ninety_days(engine: Engine) -> None:
    log = stores.SqlAuditLog(engine, COUNTERS)
    log.record("callback.unsolicited", NOW)
    log.record("consent.given", NOW)
    assert stores.purge(engine, NOW + 90 * DAY - 1) == 0
    assert stores.purge(engine, NOW + 90 * DAY) == 1


@pytest.mark.parametrize(
    "event", ["handoff.token_spent_elsewhere", "handoff.refused", "callback.unsolicited"]
)
def test_strangers_write_no_more_than_their_share_into_the_trail(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, event: str
) -> None:
    """One browser with one Handoff can call back again and again."""
    monkeypatch.setattr("bridge.stores.sql.audit.STRANGERS_AT_ONCE", 3)
    counters = Counters()
    log = stores.SqlAuditLog(engine, counters)
    for second in (0, 0, 0, 0, 0, 1, 1, -9):  # a clock that steps back gives nothing
        log.record(event, NOW + second)
        log.record("consent.given", NOW + second)
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT event, count(*) FROM audit GROUP BY event")).all()
    assert {tuple(row) for row in kept} == {(event, 4), ("consent.given", 8)}
    assert counters.snapshot() == {CounterKey("audit.unrecorded"): 4}


def test_events_are_kept_with_their_facts(engine: Engine) -> None:
    log: AuditLog = stores.SqlAuditLog(engine, COUNTERS)
    log.record("client.added", NOW, client_id="c", actor="ខ")
    log.record("client.removed", NOW + 1)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT at, event, facts FROM audit ORDER BY id")).all()
    assert [(row.at, row.event, json.loads(row.facts)) for row in rows] == [
        (NOW, "client.added", {"client_id": "c", "actor": "ខ"}),
        (NOW + 1, "client.removed", {}),
    ]


def test_what_is_noted_is_kept_soon_by_nobody_who_waits(engine: Engine) -> None:
    log = stores.SqlAuditLog(engine, COUNTERS)
    with count_round_trips(None, engine) as trips:
        for number in range(3):
            log.note("tokens.issued", NOW + number)
        assert not trips
    log.flush()
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT at FROM audit ORDER BY id")).all()
    assert [row.at for row in rows] == [NOW, NOW + 1, NOW + 2]
    assert stores.purge(engine, NOW + 90 * DAY) == 1
    assert stores.purge(engine, NOW + 90 * DAY + 2) == 2


def test_what_is_noted_is_written_by_itself(engine: Engine) -> None:
    log, before = stores.SqlAuditLog(engine, COUNTERS), threading.enumerate()
    log.note("tokens.issued", NOW)
    (thread,) = [thread for thread in threading.enumerate() if thread not in before]
    assert thread.name == WRITER
    thread.join(10)
    assert not thread.is_alive()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit")).scalar_one() == 1


def test_what_is_noted_waits_for_a_thread_and_no_sign_in_fails_for_want_of_one(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    log = stores.SqlAuditLog(engine, COUNTERS)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refused)
        log.note("tokens.issued", NOW)
    before = threading.enumerate()
    log.note("tokens.issued", NOW + 1)
    (thread,) = [thread for thread in threading.enumerate() if thread not in before]
    thread.join(10)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT at FROM audit ORDER BY id")).scalars().all() == [NOW, NOW + 1]


def test_what_is_noted_waits_for_sql_and_has_a_bound(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.stores.sql.audit.MAX_WAITING", 3)
    counters = Counters()
    log = stores.SqlAuditLog(engine, counters)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit RENAME TO away"))
    for number in range(5):
        log.note("tokens.issued", NOW + number)
    with pytest.raises(StoreUnavailable):
        log.flush()
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO audit"))
    log.flush()
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT at FROM audit ORDER BY id")).all()
    assert [row.at for row in rows] == [NOW, NOW + 1, NOW + 2]
    assert counters.snapshot() == {CounterKey("audit.unrecorded"): 2}


def test_dead_refresh_tokens_and_their_grants_are_taken_away(engine: Engine) -> None:
    tokens, grant = stores.SqlRefreshTokens(engine, SEALER, COUNTERS), samples.grant(offline=True)
    tokens.keep("grant-1.o-dead", samples.shortened(samples.refresh(grant), NOW + 10))
    tokens.keep("grant-1.o-live", samples.refresh(grant))
    assert stores.purge(engine, NOW + 10) == 1
    assert tokens.refresh_token("grant-1.o-live", NOW + 10) is not None
    assert stores.purge(engine, NOW + 90 * DAY) == 2


def test_an_offline_grant_that_cannot_be_opened_is_counted_apart_from_one_that_is_absent(
    engine: Engine,
) -> None:
    grant = samples.grant(offline=True)
    stores.SqlRefreshTokens(engine, SEALER, COUNTERS).keep("grant-1.o-1", samples.refresh(grant))
    counters, other = Counters(), MasterSealer([b"x" * 32])
    grants, tokens = (
        stores.SqlGrants(engine, other, counters),
        stores.SqlRefreshTokens(engine, other, counters),
    )
    assert grants.find(GrantId("unknown"), NOW) is None
    assert tokens.refresh_token("grant-1.o-2", NOW) is None
    assert counters.snapshot() == {}
    assert grants.find(grant.id, NOW) == StoredGrant(None)
    assert tokens.refresh_token("grant-1.o-1", NOW) is None
    key = CounterKey("record.unreadable", (("kind", "grant"), ("why", "seal")))
    assert counters.snapshot() == {key: 2}
    assert grants.by_client(grant.client_id, NOW) == [grant.id]  # it can still be ended
    grants.end(grant.id, NOW)
    assert grants.by_client(grant.client_id, NOW) == []


def test_the_health_check_wants_the_tables(engine: Engine) -> None:
    stores.health_check(engine)()
