"""A master key is spread, used and retired; a step in the wrong order is refused, and the next one named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bridge.domain.client import Client
from bridge.domain.ids import ClientId, Kid
from bridge.domain.lasting_keys import HANDOVER
from bridge.manage import (
    OPERATOR,
    Actor,
    Forbidden,
    HashingKeyAdministration,
    MasterKeyAdministration,
    Refused,
)
from bridge.ops.counters import Counters
from bridge.ports.keys import Instance, SigningKey
from bridge.stores import migrate, sql
from bridge.stores.sealing import MasterSealer
from tests.manage.conftest import RememberedAudit

NOW = 1_790_000_000
KEPT_FOR = 3600
OLD_KEY, NEW_KEY = b"o" * 32, b"n" * 32
OLD, NEW = (MasterSealer([key]).seals_with for key in (OLD_KEY, NEW_KEY))
STRANGER = Actor("somebody")


@dataclass
class Keys:
    """The stores, a clock that a test sets, and who asks with which master keys."""

    engine: Engine
    audit: RememberedAudit
    now: int = NOW

    def admin(self, *keys: bytes) -> MasterKeyAdministration:
        sealer, master_keys = MasterSealer(keys or [OLD_KEY, NEW_KEY]), sql.SqlMasterKeys(self.engine)
        sealer.use(master_keys.in_use() or sealer.seals_with)
        return MasterKeyAdministration(
            master_keys,
            sql.SqlInstances(self.engine),
            sql.SqlResealing(self.engine, sealer),
            sealer.key_ids,
            KEPT_FOR,
            self.audit,
            lambda: self.now,
        )

    def hashing(self) -> HashingKeyAdministration:
        secrets = sql.SqlSecrets(self.engine, MasterSealer([OLD_KEY]))
        clients = sql.SqlClients(self.engine, Counters())
        return HashingKeyAdministration(secrets, clients, self.audit, lambda: self.now)

    def serves(self, host: str, *known: str) -> None:
        sql.SqlInstances(self.engine).tell(Instance(host, host, known, 0, self.now))

    def next(self, *keys: bytes) -> Sequence[str]:
        return self.admin(*keys).next_steps(OPERATOR)


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Keys]:
    url = f"sqlite:///{tmp_path / 'bridge.db'}"
    migrate.upgrade(url)
    engine = sql.connect(url)
    yield Keys(engine, RememberedAudit())
    engine.dispose()


@pytest.fixture
def serving(keys: Keys) -> Keys:
    """The old key seals, and two hosts serve with it."""
    sql.SqlMasterKeys(keys.engine).begin(OLD, NOW)
    sql.SqlSigningKeys(keys.engine, MasterSealer([OLD_KEY])).add(SigningKey(Kid("k"), "RS256", "x", NOW))
    keys.serves("web-1", OLD)
    keys.serves("web-2", OLD)
    return keys


def test_before_the_first_start_nothing_is_to_do(keys: Keys) -> None:
    assert keys.next() == ["The first start takes the first of master_keys into use."]


def test_without_a_new_key_nothing_is_to_do(serving: Keys) -> None:
    assert serving.next(OLD_KEY) == []
    with pytest.raises(Refused, match="no new master key here"):
        serving.admin(OLD_KEY).use(OPERATOR, None)


def test_a_new_key_is_not_used_before_every_instance_knows_it(serving: Keys) -> None:
    serving.serves("web-1", OLD, NEW)
    (step,) = serving.next()
    assert step.startswith(f"{NEW} is not known to every process at web-2: add it to master_keys there")
    for named in (NEW, None):
        with pytest.raises(Refused, match=r"at web-2: add it to master_keys there .* again\.$"):
            serving.admin().use(OPERATOR, named)
    assert sql.SqlMasterKeys(serving.engine).in_use() == OLD
    assert serving.audit.lines == []


def test_spread_used_sealed_anew_and_retired(serving: Keys) -> None:
    serving.serves("web-1", OLD, NEW)
    serving.serves("web-2", NEW, OLD)
    assert serving.next() == [f"Every instance knows {NEW}: `bridge keys use {NEW}` makes it seal."]
    assert serving.admin().use(OPERATOR, None) == NEW
    assert sql.SqlMasterKeys(serving.engine).in_use() == NEW
    (step,) = serving.next()
    assert step.startswith(f"1 rows in SQL are still sealed with {OLD}: keep it.")
    assert serving.admin().reseal(OPERATOR) == 1
    (step,) = serving.next()
    assert step.startswith(f"Keep {OLD} until 2026-09-21 15:13 UTC")
    serving.now += KEPT_FOR
    serving.serves("web-1", OLD, NEW)
    serving.serves("web-2", NEW, OLD)
    (step,) = serving.next()
    assert step.startswith(f"{OLD} seals nothing any more: take it out")
    serving.serves("web-1", NEW)
    serving.serves("web-2", NEW)
    assert serving.next(NEW_KEY) == []
    assert [event for event, _ in serving.audit.lines] == ["master_key.used", "master_key.resealed"]


def test_a_process_that_ended_without_a_word_holds_nobody_up_for_long(serving: Keys) -> None:
    serving.now += 60
    serving.serves("web-1", OLD, NEW)
    assert serving.admin().use(OPERATOR, NEW) == NEW


def test_who_has_not_the_key_in_use_is_told_first(serving: Keys) -> None:
    assert serving.next(NEW_KEY) == [f"{OLD} seals, and is not among the master_keys here: add it."]
    serving.serves("web-3", NEW)
    assert any(
        "web-3" in step and step.startswith(f"{OLD} seals, and is not known") for step in serving.next()
    )


def test_rows_that_nobody_can_open_are_told(serving: Keys) -> None:
    sql.SqlMasterKeys(serving.engine).use(NEW, NOW)
    serving.serves("web-1", NEW)
    serving.serves("web-2", NEW)
    (step,) = serving.next(NEW_KEY)
    assert "which nobody knows" in step and "put it back" in step


@pytest.mark.parametrize(
    ("key_id", "here", "why"),
    [
        ("deadbeef", (OLD_KEY,), "No instance knows a master key deadbeef"),
        (OLD, (OLD_KEY, NEW_KEY), "in use already"),
        (OLD, (NEW_KEY,), "not among the master_keys here"),
        (None, (OLD_KEY, NEW_KEY, b"t" * 32), "Which one"),
    ],
)
def test_what_can_not_be_used_is_refused_with_a_sentence(
    serving: Keys, key_id: str | None, here: tuple[bytes, ...], why: str
) -> None:
    with pytest.raises(Refused, match=why):
        serving.admin(*here).use(OPERATOR, key_id)


def test_a_stranger_may_do_nothing_of_it(serving: Keys) -> None:
    admin, hashing = serving.admin(), serving.hashing()
    for forbidden in (
        lambda: admin.instances(STRANGER),
        lambda: admin.all(STRANGER),
        lambda: admin.next_steps(STRANGER),
        lambda: admin.use(STRANGER, NEW),
        lambda: admin.reseal(STRANGER),
        lambda: hashing.all(STRANGER),
        lambda: hashing.next_steps(STRANGER),
        lambda: hashing.renew(STRANGER, "forms"),
    ):
        with pytest.raises(Forbidden):
            forbidden()
    assert serving.audit.lines == []


def test_a_key_of_hashes_is_renewed_and_whose_secret_hangs_on_the_old_one_is_named(serving: Keys) -> None:
    hashing = serving.hashing()
    assert hashing.all(OPERATOR) == []
    secrets = sql.SqlSecrets(serving.engine, MasterSealer([OLD_KEY]))
    for name in ("client-secrets", "forms"):
        secrets.get_or_make(name, lambda: b"s" * 32)
    clients = sql.SqlClients(serving.engine, Counters())
    client = Client(ClientId("portal"), "Portal", ("https://portal.example/cb",), secret_hashes=("ab" * 32,))
    clients.add(client)
    assert hashing.renew(OPERATOR, "client-secrets") == 2
    waiting, forms = hashing.all(OPERATOR)
    assert (waiting.number, waiting.next_from, waiting.counting) == (1, NOW + HANDOVER, (2, 1))
    assert (forms.number, forms.next_from, hashing.next_steps(OPERATOR)) == (1, None, [])
    serving.now += HANDOVER
    (step,) = hashing.next_steps(OPERATOR)
    assert "`bridge client rotate-secret portal`" in step
    clients.replace(replace(client, secret_hashes=("2:" + "ab" * 32,)))
    assert serving.hashing().next_steps(OPERATOR) == []
    with pytest.raises(Refused, match="no subject key"):
        hashing.renew(OPERATOR, "subject key")
    assert serving.audit.lines == [
        ("hashing_key.renewed", {"actor": "command line", "key": "client-secrets", "number": "2"})
    ]
