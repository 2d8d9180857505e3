"""The contract of ApprovalStore on both databases, and of approving: with the change, or not at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import Engine, update

from bridge.domain.approval import PROPOSALS_KEPT_FOR, Proposal
from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from bridge.ports.approvals import ApprovalStore, DecidedMeanwhile
from bridge.ports.clients import ChangedMeanwhile, ClientChange, ClientStore
from bridge.stores import sql
from bridge.stores.sql.tables import approvals
from tests.stores.samples import CLIENT_1, COUNTERS, NOW, SEALER

BEFORE = Client(CLIENT_1, "Application", ("https://app.example/cb",))
AFTER = replace(BEFORE, scope=("openid", "national_id"), national_id_purpose="Taxes")
CHANGE = ClientChange(BEFORE, AFTER)


def proposal(name: str, by: str = "administrator:a", at: int = NOW, after: Client = AFTER) -> Proposal:
    return Proposal(name, BEFORE, after, "hash", ("national_id",), by, at, at + 100)


def approved(given: Proposal) -> Proposal:
    return replace(given, state="approved", decided_by="administrator:b", decided_at=NOW + 1)


@pytest.fixture
def store(engine: Engine) -> ApprovalStore:
    sql.chain_with(engine, SEALER)
    return sql.SqlApprovals(engine, COUNTERS)


@pytest.fixture
def clients(engine: Engine, store: ApprovalStore) -> ClientStore:
    found = sql.SqlClients(engine, COUNTERS)
    found.add(BEFORE)
    return found


def test_what_was_proposed_comes_back(store: ApprovalStore) -> None:
    first, second = proposal("one"), replace(proposal("two"), before=None, after=replace(AFTER, popups=True))
    store.propose([first])
    assert store.get("one") == first and store.get("other") is None
    store.propose([replace(second, proposed_by="administrator:b")])
    assert {kept.id for kept in store.newest(9)} == {"one", "two"}
    store.propose([])


def test_a_later_one_takes_the_place_of_what_its_proposer_had_open(store: ApprovalStore) -> None:
    others = replace(AFTER, client_id=ClientId("other"))
    kept = [proposal("others", by="administrator:b"), proposal("of another", after=others)]
    decided = approved(proposal("decided", at=NOW - 9))
    store.propose([decided])
    store.propose([proposal("earlier"), *kept])
    store.propose([proposal("later")])
    assert {found.id for found in store.newest(9)} == {"later", "decided", *(known.id for known in kept)}


def test_those_of_an_application_that_are_open(store: ApprovalStore) -> None:
    first, second = proposal("one"), proposal("two", by="administrator:b", at=NOW + 10)
    store.propose([first, second])
    assert list(store.open_for(CLIENT_1, NOW)) == [second, first]
    assert list(store.open_for(CLIENT_1, NOW + 100)) == [second]
    assert not store.open_for(ClientId("other"), NOW)
    store.settle(approved(second))
    assert list(store.open_for(CLIENT_1, NOW)) == [first]


def test_what_is_open_comes_first_then_the_newest(store: ApprovalStore) -> None:
    given = [proposal(str(number), by=f"administrator:{number}", at=NOW + number) for number in range(4)]
    store.propose(given)
    store.settle(approved(given[3]))
    assert [found.id for found in store.newest(9)] == ["2", "1", "0", "3"]
    assert [found.id for found in store.newest(2)] == ["2", "1"]


def test_it_is_settled_once(store: ApprovalStore) -> None:
    store.propose([proposal("one")])
    store.settle(approved(proposal("one")))
    with pytest.raises(DecidedMeanwhile):
        store.settle(replace(proposal("one"), state="rejected"))
    assert store.get("one") == approved(proposal("one"))


def test_it_is_approved_with_its_change_or_not_at_all(store: ApprovalStore, clients: ClientStore) -> None:
    given = proposal("one")
    store.propose([given])
    with pytest.raises(ChangedMeanwhile):
        clients.change([ClientChange(AFTER, BEFORE)], decided=[approved(given)])
    assert store.get("one") == given
    clients.change([CHANGE], decided=[approved(given)])
    assert store.get("one") == approved(given) and clients.get(CLIENT_1) == AFTER
    with pytest.raises(DecidedMeanwhile):
        clients.change([ClientChange(AFTER, BEFORE)], decided=[approved(given)])
    assert clients.get(CLIENT_1) == AFTER


def test_what_is_approved_as_it_is_proposed_is_kept_too(store: ApprovalStore, clients: ClientStore) -> None:
    clients.change([CHANGE], decided=[approved(proposal("one"))])
    assert store.get("one") == approved(proposal("one"))


@pytest.mark.parametrize("what", ["two approve", "one approves and one rejects"])
def test_of_two_at_once_one_decides(
    engine: Engine, store: ApprovalStore, clients: ClientStore, what: str
) -> None:
    given = proposal("one")
    store.propose([given])
    ready = Barrier(2)

    def approve(by: str) -> str:
        ready.wait()
        try:
            sql.SqlClients(engine, COUNTERS).change(
                [CHANGE], decided=[replace(approved(given), decided_by=by)]
            )
        except (ChangedMeanwhile, DecidedMeanwhile):
            return ""
        return by

    def reject(by: str) -> str:
        ready.wait()
        try:
            store.settle(replace(given, state="rejected", decided_by=by))
        except DecidedMeanwhile:
            return ""
        return by

    with ThreadPoolExecutor(2) as pool:
        second = approve if what == "two approve" else reject
        results = [pool.submit(approve, "administrator:b"), pool.submit(second, "administrator:c")]
    (winner,) = [found for result in results if (found := result.result())]
    kept = store.get("one")
    assert kept is not None and kept.decided_by == winner
    assert (clients.latest(CLIENT_1) == AFTER) is (kept.state == "approved")


def test_one_that_cannot_be_read_is_none_and_nobody_approves_it(engine: Engine, store: ApprovalStore) -> None:
    store.propose([proposal("one")])
    with engine.begin() as connection:
        connection.execute(update(approvals).values(data='{"v": 99, "kind": "proposal"}'))
    assert store.get("one") is None and store.newest(9) == ()


def test_old_ones_are_purged(engine: Engine, store: ApprovalStore) -> None:
    store.propose([proposal("one")])
    sql.purge(engine, NOW + 100 + PROPOSALS_KEPT_FOR - 1)
    assert store.get("one")
    sql.purge(engine, NOW + 100 + PROPOSALS_KEPT_FOR)
    assert store.get("one") is None
