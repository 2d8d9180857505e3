"""The contract of DeletedClientStore, on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine, select, update

from bridge.domain.deleted_client import RESTORABLE_FOR, DeletedClient
from bridge.domain.ids import ClientId
from bridge.ops.counters import CounterKey, Counters
from bridge.ports.clients import ClientStore, DeletedClientStore
from bridge.stores import sql as stores
from bridge.stores.sql.tables import deleted_clients
from tests.stores.samples import CLIENT, CLIENT_1, COUNTERS, NOW

WITHOUT_SECRETS = replace(CLIENT, secret_hashes=())


@pytest.fixture
def registered(engine: Engine) -> ClientStore:
    return stores.SqlClients(engine, COUNTERS, every=99, clock=lambda: 0.0)


@pytest.fixture
def store(engine: Engine, registered: ClientStore) -> DeletedClientStore:
    """One client was deleted at NOW."""
    registered.add(replace(CLIENT, secret_hashes=("a", "b")))
    registered.remove(CLIENT_1, deleted_at=NOW)
    assert isinstance(registered, stores.SqlClients)
    return stores.SqlDeletedClients(engine, COUNTERS, registered)


def test_the_process_that_restores_one_sees_it_at_once(
    store: DeletedClientStore, registered: ClientStore
) -> None:
    """Also where so many unknown ids were asked for that nobody may look beyond the regular times."""
    for number in range(99):
        assert registered.get(f"unknown-{number}") is None
    store.restore(CLIENT, NOW - 1)
    assert registered.get(CLIENT_1) == CLIENT


def test_it_is_kept_without_its_secrets(store: DeletedClientStore, engine: Engine) -> None:
    assert store.get(CLIENT_1, NOW - 1) == DeletedClient(WITHOUT_SECRETS, NOW)
    assert store.page(NOW - 1, limit=9) == (DeletedClient(WITHOUT_SECRETS, NOW),)
    with engine.connect() as connection:
        assert '"a"' not in str(connection.execute(select(deleted_clients.c.data)).scalar())


def test_one_that_was_deleted_before_is_not_there(store: DeletedClientStore) -> None:
    assert store.get(CLIENT_1, NOW) is None
    assert store.page(NOW, limit=9) == ()
    with pytest.raises(KeyError):
        store.restore(CLIENT, NOW)


def test_its_id_is_never_given_again(
    store: DeletedClientStore, registered: ClientStore, engine: Engine
) -> None:
    for _ in range(2):
        with pytest.raises(KeyError):
            registered.add(CLIENT)
        stores.purge(engine, NOW + RESTORABLE_FOR)
    assert registered.all() == ()


def test_it_is_restored_once(store: DeletedClientStore, registered: ClientStore) -> None:
    store.restore(CLIENT, NOW - 1)
    assert registered.latest(CLIENT_1) == CLIENT
    with pytest.raises(KeyError):
        store.restore(replace(CLIENT, client_name="Another"), NOW - 1)
    assert registered.all() == (CLIENT,)
    registered.remove(CLIENT_1, deleted_at=NOW + 5)
    assert store.get(CLIENT_1, NOW) == DeletedClient(WITHOUT_SECRETS, NOW + 5)


def test_what_was_registered_goes_when_its_time_is_over(store: DeletedClientStore, engine: Engine) -> None:
    assert stores.purge(engine, NOW + RESTORABLE_FOR - 1) == 0
    assert stores.purge(engine, NOW + RESTORABLE_FOR) == 1
    assert stores.purge(engine, NOW + RESTORABLE_FOR) == 0
    assert store.get(CLIENT_1, 0) is None
    assert store.page(0, limit=9) == ()
    with pytest.raises(KeyError):
        store.restore(CLIENT, 0)
    with engine.connect() as connection:
        assert connection.execute(select(deleted_clients)).one() == (CLIENT_1, NOW, None)


def test_pages_are_in_the_order_of_deletion_the_last_first(
    store: DeletedClientStore, registered: ClientStore
) -> None:
    for client_id, at in (("b", NOW + 1), ("c", NOW + 1), ("a", NOW + 2)):
        registered.add(replace(CLIENT, client_id=ClientId(client_id)))
        registered.remove(ClientId(client_id), deleted_at=at)
    found: list[str] = []
    before: tuple[int, ClientId] | None = None
    while page := store.page(NOW - 1, limit=1, before=before):
        found += [deleted.client.client_id for deleted in page]
        before = (page[-1].deleted_at, page[-1].client.client_id)
    assert found == ["a", "c", "b", CLIENT_1]


def test_one_whose_record_cannot_be_read_is_deleted_all_the_same_and_none(
    store: DeletedClientStore, registered: ClientStore, engine: Engine
) -> None:
    with engine.begin() as connection:
        connection.execute(update(deleted_clients).values(data='{"v": 99, "kind": "client"}'))
    counters = Counters()
    of_another = stores.SqlDeletedClients(engine, counters, stores.SqlClients(engine, counters))
    assert of_another.get(CLIENT_1, 0) is None and of_another.page(0, limit=9) == ()
    key = CounterKey("record.unreadable", (("kind", "client"), ("why", "version")))
    assert counters.snapshot() == {key: 2}


def test_one_that_is_removed_without_a_time_leaves_nothing(registered: ClientStore, engine: Engine) -> None:
    registered.add(CLIENT)
    registered.remove(CLIENT_1)
    assert (
        stores.SqlDeletedClients(engine, COUNTERS, stores.SqlClients(engine, COUNTERS)).get(CLIENT_1, 0)
        is None
    )
    registered.add(CLIENT)
