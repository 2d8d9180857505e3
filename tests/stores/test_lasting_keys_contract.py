"""Master keys in use, instances, keys of hashes and what is sealed anew, on both databases."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select, text

from bridge.domain.ids import Kid
from bridge.domain.lasting_keys import HANDOVER, HASHING_KEYS
from bridge.domain.token import RefreshToken
from bridge.errors import SealBroken, UnknownMasterKey
from bridge.ports.keys import Instance, MasterKeyUse, SigningKey
from bridge.stores import sql
from bridge.stores.hashes import LastingHashes
from bridge.stores.sealing import MasterSealer, master_key_id, sealing_key_id
from bridge.stores.sql.instances import LIVE_FOR
from bridge.stores.sql.tables import grants
from tests.stores import samples
from tests.stores.races import Racers

NOW = 1_790_000_000
OLD_KEY, NEW_KEY = b"o" * 32, b"n" * 32
OLD, BOTH = MasterSealer([OLD_KEY]), MasterSealer([OLD_KEY, NEW_KEY])
BOTH.use(master_key_id(NEW_KEY))


def begin(url: str) -> Callable[[int], str]:
    master_keys = sql.SqlMasterKeys(sql.connect(url, timeout=30))
    return lambda number: master_keys.begin(f"{number:08x}", NOW)


class TestMasterKeys:
    def test_the_first_start_decides_and_later_ones_follow(self, engine: Engine) -> None:
        master_keys = sql.SqlMasterKeys(engine)
        assert master_keys.in_use() is None
        assert master_keys.begin("a", NOW) == master_keys.begin("b", NOW + 1) == master_keys.in_use() == "a"

    def test_of_a_hundred_first_starts_one_decides(
        self, sql_url: str, engine: Engine, racers: Racers
    ) -> None:
        (begun,) = set(racers.run(begin, sql_url))
        assert sql.SqlMasterKeys(engine).in_use() == begun

    def test_one_key_seals_at_a_time_and_there_is_a_way_back(self, engine: Engine) -> None:
        master_keys = sql.SqlMasterKeys(engine)
        master_keys.begin("a", NOW)
        master_keys.use("b", NOW + 1)
        master_keys.use("b", NOW + 2)
        assert master_keys.all() == (MasterKeyUse("b", NOW + 1), MasterKeyUse("a", NOW, NOW + 1))
        master_keys.use("a", NOW + 3)
        assert master_keys.all() == (MasterKeyUse("a", NOW + 3), MasterKeyUse("b", NOW + 1, NOW + 3))


def test_instances_are_those_that_told_of_themselves_lately(engine: Engine) -> None:
    instances = sql.SqlInstances(engine)
    one, other = Instance("1", "web-1", ("a",), 0, NOW), Instance("2", "web-2", ("a", "b"), -300, NOW)
    for instance in (other, one, other):
        instances.tell(instance)
    assert instances.live(NOW) == (one, other)
    assert instances.live(NOW - 600) == (one, other)  # a clock that was set back forgets nobody
    assert instances.live(NOW + LIVE_FOR) == ()
    instances.leave("1")
    assert instances.live(NOW) == (other,)
    later = Instance("3", "web-3", ("a",), 0, NOW + LIVE_FOR)
    instances.tell(later)
    assert instances.live(NOW) == (later,)  # who ended without a word is deleted


class TestHashes:
    @pytest.fixture
    def secrets(self, engine: Engine) -> sql.SqlSecrets:
        found = sql.SqlSecrets(engine, OLD)
        for row in HASHING_KEYS:
            found.get_or_make(row.name, lambda: os.urandom(32))
        return found

    def test_they_hang_on_no_master_key(self, engine: Engine, secrets: sql.SqlSecrets) -> None:
        before = hashes(secrets).mac("client secret", "text")
        sql.SqlResealing(engine, BOTH).reseal()
        after = hashes(sql.SqlSecrets(engine, MasterSealer([NEW_KEY])))
        assert after.mac("client secret", "text") == before
        assert after.mac("csrf", "text") != before

    def test_a_new_key_hashes_after_the_handover_and_the_old_hashes_count(
        self, secrets: sql.SqlSecrets
    ) -> None:
        old = hashes(secrets).mac("client secret", "text")
        assert secrets.renew("client-secrets", os.urandom(32), NOW) == 2
        assert hashes(secrets).mac("client secret", "text") == old
        renewed = hashes(secrets, HANDOVER)
        new = renewed.mac("client secret", "text")
        assert new.startswith("2:") and len(new) == 66
        assert renewed.macs("client secret", "text") == (new, old)
        assert hashes(secrets).macs("client secret", "text") == (new, old)  # who reads it early takes both
        assert renewed.mac("csrf", "text") == hashes(secrets).mac("csrf", "text")

    def test_renewed_at_once_by_many_every_key_has_a_number(
        self, secrets: sql.SqlSecrets, sql_url: str, racers: Racers
    ) -> None:
        assert sorted(racers.run(renew, sql_url)) == list(range(2, 102))
        assert [key.number for key in secrets.listed("forms")] == list(range(1, 102))

    def test_they_are_listed_without_a_key_that_opens_them(
        self, secrets: sql.SqlSecrets, engine: Engine
    ) -> None:
        stranger = sql.SqlSecrets(engine, MasterSealer([b"x" * 32]))
        (listed,) = stranger.listed("forms")
        assert (listed.number, listed.secret) == (1, b"")
        with pytest.raises(UnknownMasterKey):
            stranger.all("forms")


def hashes(secrets: sql.SqlSecrets, after: int = 0) -> LastingHashes:
    found = LastingHashes(secrets, lambda: NOW + after)
    found.read()
    return found


def renew(url: str) -> Callable[[int], int]:
    secrets = sql.SqlSecrets(sql.connect(url, timeout=30), OLD)
    return lambda number: secrets.renew("forms", b"%32d" % number, NOW)


class TestResealing:
    @pytest.fixture(autouse=True)
    def sealed_before(self, engine: Engine) -> None:
        sql.SqlSigningKeys(engine, OLD).add(SigningKey(Kid("k"), "RS256", "private", NOW))
        secrets = sql.SqlSecrets(engine, OLD)
        secrets.get_or_make("forms", lambda: b"secret")
        secrets.renew("forms", b"second", NOW)
        refresh = RefreshToken(samples.grant(offline=True), NOW, NOW + 60, NOW + 600)
        assert sql.SqlRefreshTokens(engine, OLD, samples.COUNTERS).keep("token", refresh)

    def test_all_that_rests_is_sealed_anew_and_opened_by_the_new_key_alone(self, engine: Engine) -> None:
        resealing = sql.SqlResealing(engine, BOTH)
        assert resealing.counts() == {master_key_id(OLD_KEY): 4}
        assert resealing.reseal() == 4
        assert resealing.reseal() == 0
        assert resealing.counts() == {master_key_id(NEW_KEY): 4}
        alone = MasterSealer([NEW_KEY])
        assert sql.SqlSigningKeys(engine, alone).all()[0].private_jwk == "private"
        assert [key.secret for key in sql.SqlSecrets(engine, alone).all("forms")] == [b"secret", b"second"]
        with engine.connect() as connection:
            sealed = connection.execute(select(grants.c.sealed)).scalar_one()
        assert alone.unseal("grant", sealed)

    def test_what_cannot_be_opened_stays_and_is_counted(self, engine: Engine) -> None:
        stranger = MasterSealer([b"x" * 32])
        assert sql.SqlResealing(engine, stranger).reseal() == 0
        sql.SqlSigningKeys(engine, stranger).add(SigningKey(Kid("s"), "RS256", "other", NOW))
        resealing = sql.SqlResealing(engine, BOTH)
        assert resealing.reseal() == 4
        assert resealing.counts() == {master_key_id(NEW_KEY): 4, stranger.seals_with: 1}

    def test_a_row_that_changed_meanwhile_is_left_for_the_next_time(self, engine: Engine) -> None:
        class Meddling(MasterSealer):
            def unseal(self, purpose: str, sealed: str) -> bytes:
                with engine.begin() as connection:
                    connection.execute(text("UPDATE signing_keys SET private_jwk = 'AAAAAAAA'"))
                return super().unseal(purpose, sealed)

        meddling = Meddling([OLD_KEY, NEW_KEY])
        meddling.use(master_key_id(NEW_KEY))
        assert sql.SqlResealing(engine, meddling).reseal() == 3


class TestSigningKeys:
    def test_once_read_they_go_on_without_the_key_that_another_instance_sealed_with(
        self, engine: Engine
    ) -> None:
        mine, stranger = sql.SqlSigningKeys(engine, OLD, every=0), sql.SqlSigningKeys(engine, BOTH)
        mine.add(SigningKey(Kid("a"), "RS256", "private", NOW))
        assert [key.kid for key in mine.all()] == ["a"]
        stranger.succeed(SigningKey(Kid("b"), "RS256", "theirs", NOW + 1), [Kid("a")], NOW + 2)
        sql.SqlResealing(engine, BOTH).reseal()
        assert mine.all() == (SigningKey(Kid("a"), "RS256", "private", NOW, NOW + 2),)
        with pytest.raises(UnknownMasterKey) as told:
            mine.check()
        assert told.value.key_id == master_key_id(NEW_KEY)
        with pytest.raises(SealBroken):
            sql.SqlSigningKeys(engine, OLD).all()  # who starts so does not start

    def test_what_is_mended_passes_again(self, engine: Engine) -> None:
        mine, stranger = sql.SqlSigningKeys(engine, OLD, every=0), sql.SqlSigningKeys(engine, BOTH)
        mine.all()
        stranger.add(SigningKey(Kid("b"), "RS256", "theirs", NOW))
        assert mine.all() == ()
        stranger.remove(Kid("b"))
        assert mine.all() == ()
        mine.check()


def test_a_sealed_text_names_its_key_by_its_first_seven_characters() -> None:
    for _ in range(50):
        assert sealing_key_id(BOTH.seal("p", b"")) == master_key_id(NEW_KEY)
        assert sealing_key_id(OLD.seal("p", b"")[:7]) == OLD.key_ids[0]


def test_a_key_that_is_not_known_is_named_and_not_used() -> None:
    sealer = MasterSealer([OLD_KEY])
    assert not sealer.use(master_key_id(NEW_KEY))
    assert sealer.seals_with == master_key_id(OLD_KEY)
    with pytest.raises(UnknownMasterKey) as told:
        sealer.unseal("p", BOTH.seal("p", b"x"))
    assert told.value.key_id in told.value.sentence
    assert set(told.value.facts) == {"cause", "master_key", "mend"}
