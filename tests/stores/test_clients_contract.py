"""The contract of ClientStore, on SQLite and PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import Engine, text, update

from bridge.domain.client import Client
from bridge.domain.consent import Consent
from bridge.domain.ids import ClientId, ConnectorId, SubjectId
from bridge.errors import StoreUnavailable
from bridge.ops.counters import CounterKey, Counters
from bridge.ports.clients import ChangedMeanwhile, ClientChange, ClientStore
from bridge.stores import sql as stores
from bridge.stores.sql.looks import LOOKS_A_SECOND, LOOKS_AT_ONCE
from bridge.stores.sql.tables import clients
from tests.stores import samples
from tests.stores.conftest import Hand
from tests.stores.samples import CLIENT, CLIENT_1, CLIENT_2, COUNTERS, NOW, SEALER
from tests.support.round_trips import count_round_trips


class TestClients:
    @pytest.fixture
    def store(self, engine: Engine, hand: Hand) -> ClientStore:
        return stores.SqlClients(engine, COUNTERS, clock=hand)

    @pytest.fixture
    def other_process(self, engine: Engine, hand: Hand) -> ClientStore:
        """The store of another process."""
        return stores.SqlClients(engine, COUNTERS, clock=hand)

    def test_a_client_comes_back_as_it_was(self, store: ClientStore) -> None:
        store.add(CLIENT)
        assert store.get(CLIENT_1) == CLIENT
        assert store.all() == (CLIENT,)

    def test_an_id_is_given_once(self, store: ClientStore) -> None:
        store.add(CLIENT)
        with pytest.raises(KeyError):
            store.add(replace(CLIENT, client_name="other"))
        assert store.get(CLIENT_1) == CLIENT

    def test_what_is_not_there_cannot_be_changed(self, store: ClientStore) -> None:
        with pytest.raises(KeyError):
            store.replace(CLIENT)
        with pytest.raises(KeyError):
            store.remove(CLIENT_1)
        assert store.all() == ()

    def test_all_are_in_the_order_of_their_names(self, store: ClientStore) -> None:
        for number, name in enumerate(("c", "a", "b")):
            store.add(Client(ClientId(f"id-{number}"), name, ()))
        assert [client.client_name for client in store.all()] == ["a", "b", "c"]

    def test_a_change_is_seen_at_once_here_and_soon_elsewhere(
        self, store: ClientStore, other_process: ClientStore, hand: Hand
    ) -> None:
        store.add(CLIENT)
        assert other_process.get(CLIENT_1) == CLIENT
        changed = replace(CLIENT, enabled=False)
        store.replace(changed)
        assert store.get(CLIENT_1) == changed
        assert other_process.get(CLIENT_1) == CLIENT
        hand.time += 3
        assert other_process.get(CLIENT_1) == changed
        store.remove(CLIENT_1)
        assert store.get(CLIENT_1) is None
        hand.time += 3
        assert other_process.get(CLIENT_1) is None

    def test_known_clients_cost_no_query_and_unknown_ones_few(
        self, store: ClientStore, engine: Engine, hand: Hand
    ) -> None:
        """What strangers make up asks for the version, so many times a second and no more."""
        store.add(CLIENT)
        store.get(CLIENT_1)
        with count_round_trips(None, engine, versions=True) as trips:
            for number in range(50):
                assert store.get(f"unknown-{number}\0\udcff") is None
                assert store.latest(CLIENT_1) == CLIENT
                assert store.get(CLIENT_1) == CLIENT
            assert trips == {"sql": LOOKS_AT_ONCE}
            hand.time += 1
            for number in range(50):
                assert store.get(f"unknown-{number}") is None
            assert trips == {"sql": LOOKS_AT_ONCE + LOOKS_A_SECOND}
            hand.time += 3
            store.get(CLIENT_1)
            assert trips == {"sql": LOOKS_AT_ONCE + LOOKS_A_SECOND + 1}

    def test_one_that_was_just_added_elsewhere_is_known_at_once(
        self, store: ClientStore, other_process: ClientStore
    ) -> None:
        assert other_process.get(CLIENT_1) is None
        store.add(CLIENT)
        assert other_process.get(CLIENT_1) == CLIENT

    def test_an_edit_elsewhere_is_seen_by_who_would_refuse(
        self, store: ClientStore, other_process: ClientStore
    ) -> None:
        store.add(CLIENT)
        assert other_process.get(CLIENT_1) == CLIENT
        changed = replace(CLIENT, enabled=False)
        store.replace(changed)
        assert other_process.latest(CLIENT_1) == changed

    def test_an_origin_is_known_while_an_enabled_client_has_it(
        self, store: ClientStore, other_process: ClientStore, engine: Engine, hand: Hand
    ) -> None:
        origin = "https://page.example"
        assert not other_process.has_origin(origin)
        store.add(replace(CLIENT, allowed_origins=(origin,)))
        assert store.has_origin(origin)
        hand.time += 3
        assert other_process.has_origin(origin)
        with count_round_trips(None, engine, versions=True) as trips:
            assert not other_process.has_origin("https://other.example")
        assert not trips
        store.replace(replace(CLIENT, allowed_origins=(origin,), enabled=False))
        assert not store.has_origin(origin)

    def test_many_threads_make_room_together(
        self, engine: Engine, hand: Hand, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """More clients than are kept, asked for by all threads at once."""
        monkeypatch.setattr("bridge.stores.sql.clients._KEPT", 3)
        store = stores.SqlClients(engine, COUNTERS, clock=hand)
        names = [ClientId(f"client-{number}") for number in range(12)]
        for name in names:
            store.add(replace(CLIENT, client_id=name))
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(store.get, names * 20))
        assert [client.client_id for client in found if client] == names * 20

    def test_a_change_of_one_client_reads_that_one_again(
        self, store: ClientStore, other_process: ClientStore, engine: Engine, hand: Hand
    ) -> None:
        store.add(CLIENT)
        store.add(replace(CLIENT, client_id=CLIENT_2))
        for name in (CLIENT_1, CLIENT_2):
            other_process.get(name)
        store.replace(replace(CLIENT, client_name="new"))
        hand.time += 3
        with count_round_trips(None, engine, versions=True) as trips:
            other_process.get(CLIENT_2)
            assert trips == {"sql": 2}  # the version and the index of all
            other_process.get(CLIENT_1)
            assert trips == {"sql": 3}

    def test_a_removed_client_leaves_nothing_to_a_later_one(self, store: ClientStore, engine: Engine) -> None:
        consents, tokens = stores.SqlConsents(engine), stores.SqlRefreshTokens(engine, SEALER, COUNTERS)
        grant = samples.grant(offline=True)
        store.add(CLIENT)
        consents.save(Consent(SubjectId("s"), CLIENT_1, frozenset(), frozenset(), NOW))
        tokens.keep("grant-1.o-1", samples.refresh(grant))
        store.remove(CLIENT_1)
        assert consents.get(SubjectId("s"), CLIENT_1) is None
        assert tokens.refresh_token("grant-1.o-1", NOW) is None

    def test_a_set_of_changes_is_made_together(
        self, store: ClientStore, other_process: ClientStore, engine: Engine, hand: Hand
    ) -> None:
        store.add(CLIENT)
        store.add(replace(CLIENT, client_id=CLIENT_2))
        stores.SqlConsents(engine).save(Consent(SubjectId("s"), CLIENT_2, frozenset(), frozenset(), NOW))
        assert other_process.get(CLIENT_1) == CLIENT
        new, changed = replace(CLIENT, client_id=ClientId("new")), replace(CLIENT, enabled=False)
        store.change(
            [
                ClientChange(None, new),
                ClientChange(CLIENT, changed),
                ClientChange(replace(CLIENT, client_id=CLIENT_2), None),
            ]
        )
        assert {client.client_id: client for client in store.all()} == {CLIENT_1: changed, "new": new}
        assert (store.get("new"), store.get(CLIENT_1), store.get(CLIENT_2)) == (new, changed, None)
        assert stores.SqlConsents(engine).get(SubjectId("s"), CLIENT_2) is None
        hand.time += 3
        assert (other_process.get("new"), other_process.get(CLIENT_1)) == (new, changed)
        store.change([])

    @pytest.mark.parametrize(
        "stale",
        [
            pytest.param(ClientChange(None, CLIENT), id="its id is taken"),
            pytest.param(ClientChange(replace(CLIENT, popups=True), CLIENT), id="it was changed"),
            pytest.param(
                ClientChange(replace(CLIENT, popups=True), None), id="it was changed, to be deleted"
            ),
            pytest.param(
                ClientChange(replace(CLIENT, client_id=ClientId("gone")), None),
                id="it is gone, to be deleted",
            ),
            pytest.param(
                ClientChange(*[replace(CLIENT, client_id=ClientId("gone"))] * 2),
                id="it is gone, to be changed",
            ),
        ],
    )
    def test_where_one_of_a_set_is_not_as_it_was_nothing_is_changed(
        self, store: ClientStore, stale: ClientChange
    ) -> None:
        other = replace(CLIENT, client_id=CLIENT_2)
        store.add(CLIENT)
        store.add(other)
        first = [
            ClientChange(None, replace(CLIENT, client_id=ClientId("new"))),
            ClientChange(other, None),
        ]
        with pytest.raises(ChangedMeanwhile):
            store.change([*first, stale])
        assert {client.client_id: client for client in store.all()} == {CLIENT_1: CLIENT, CLIENT_2: other}

    def test_what_cannot_be_read_is_not_taken_for_a_free_place(
        self, store: ClientStore, engine: Engine
    ) -> None:
        store.add(CLIENT)
        with engine.begin() as connection:
            connection.execute(update(clients).values(data='{"v": 99, "kind": "client"}'))
        with pytest.raises(ChangedMeanwhile):
            store.change([ClientChange(None, CLIENT)])

    def test_use_is_what_people_gave_lately(self, store: ClientStore, engine: Engine) -> None:
        tokens = stores.SqlRefreshTokens(engine, SEALER, COUNTERS)
        tokens.keep("grant-1.o-1", samples.refresh(samples.grant(offline=True)))  # CLIENT_1's, of NOW
        consents = stores.SqlConsents(engine)
        consents.save(Consent(SubjectId("s"), CLIENT_2, frozenset(), frozenset(), NOW - 5))
        consents.save(Consent(SubjectId("s"), ClientId("other"), frozenset(), frozenset(), NOW))
        both = (CLIENT_1, CLIENT_2)
        assert CLIENT_2 in store.in_use_since(both, NOW - 5)
        assert store.in_use_since(both, NOW - 4) == {CLIENT_1}
        assert store.in_use_since(both, NOW + 1) == set()
        assert store.in_use_since([CLIENT_2], NOW - 5) == {CLIENT_2}
        assert store.in_use_since([], 0) == set()

    def test_what_is_searched_has_a_column(self, store: ClientStore, engine: Engine) -> None:
        store.add(replace(CLIENT, connector=ConnectorId("second"), client_id_issued_at=NOW))
        store.add(replace(CLIENT, client_id=CLIENT_2, application_type="native", enabled=False))
        columns = "client_name, enabled, application_type, connector, client_id_issued_at"
        with engine.connect() as connection:
            query = text(f"SELECT {columns} FROM clients ORDER BY client_id")  # noqa: S608 -- fixed text
            rows = [tuple(row) for row in connection.execute(query)]
        assert rows == [
            ("ខ Application", True, "web", "second", NOW),
            ("ខ Application", False, "native", None, 0),
        ]

    def test_one_whose_record_cannot_be_read_is_no_client_and_counted_once(
        self, store: ClientStore, engine: Engine, hand: Hand
    ) -> None:
        store.add(CLIENT)
        store.add(replace(CLIENT, client_id=CLIENT_2))
        with engine.begin() as connection:
            change = update(clients).where(clients.c.client_id == CLIENT_1)
            connection.execute(change.values(data='{"v": 99, "kind": "client"}'))
        counters = Counters()
        other_process = stores.SqlClients(engine, counters, clock=hand)
        assert other_process.get(CLIENT_1) is None
        assert other_process.get(CLIENT_1) is None
        assert other_process.get("unknown") is None
        assert other_process.get(CLIENT_2) is not None
        key = CounterKey("record.unreadable", (("kind", "client"), ("why", "version")))
        assert counters.snapshot() == {key: 1}
        assert [client.client_id for client in other_process.all()] == [CLIENT_2]
        assert counters.snapshot() == {key: 2}

    def test_known_clients_are_answered_while_sql_is_away(
        self, store: ClientStore, engine: Engine, hand: Hand
    ) -> None:
        store.add(CLIENT)
        store.get(CLIENT_1)
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE versions RENAME TO away"))
        hand.time += 3
        if engine.dialect.name == "sqlite":  # its "no such table" is an operational error, as a lost file is
            assert store.get(CLIENT_1) == CLIENT
            with pytest.raises(StoreUnavailable):
                stores.SqlClients(engine, COUNTERS).get(CLIENT_1)
