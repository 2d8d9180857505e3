"""The contract of the people of applications, on SQLite and PostgreSQL: ports.ClientPeople."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import Engine, text

from bridge.domain.administrator import Administrator, Invitation
from bridge.domain.client import Client
from bridge.domain.client_people import ClientInvitation, ClientPerson, PersonState
from bridge.domain.ids import AdministratorId, ClientId, ClientPersonId, Sub, SubjectId
from bridge.manage import Refused
from bridge.ports.client_people import ClientPeople
from bridge.stores import sql as stores
from bridge.stores.sealing import MasterSealer, master_key_id
from tests.stores.samples import COUNTERS, NOW, SEALER

OLD_KEY, NEW_KEY = b"o" * 32, b"n" * 32
APP, OTHER = ClientId("app"), ClientId("other")
INVITATION = ClientInvitation(APP, "command line", NOW, NOW + 900, ("clerk",))


@pytest.fixture
def store(engine: Engine) -> ClientPeople:
    stores.chain_with(engine, SEALER)
    clients = stores.SqlClients(engine, COUNTERS)
    for client_id in (APP, OTHER):
        clients.add(Client(client_id, "An application", ()))
    return stores.SqlClientPeople(engine, SEALER, COUNTERS)


def person(
    name: str, client_id: ClientId = APP, state: PersonState = "active", at: int = NOW
) -> ClientPerson:
    return ClientPerson(
        ClientPersonId(f"{name} at {client_id}"), client_id, SubjectId(name), name.upper(), state, at
    )


def joined(store: ClientPeople, who: ClientPerson) -> ClientPerson:
    token = os.urandom(8).hex()
    store.invite(token, replace(INVITATION, client_id=who.client_id))
    assert store.join(token, NOW, who.subject_id, lambda invitation, known: who) == who
    return who


def test_who_joined_is_found_at_this_application_alone(store: ClientPeople) -> None:
    who = joined(store, person("a"))
    assert store.find(APP, who.subject_id) == store.get(APP, who.id) == who
    assert store.find(OTHER, who.subject_id) is None
    assert store.get(OTHER, who.id) is None
    elsewhere = joined(store, person("a", OTHER))
    assert store.find(OTHER, who.subject_id) == elsewhere


def test_the_oldest_come_first(store: ClientPeople) -> None:
    for who in (person("b", at=NOW + 1), person("c"), person("d", OTHER)):
        joined(store, who)
    assert [who.name for who in store.all(APP)] == ["C", "B"]


def test_a_change_replaces_and_what_it_raises_changes_nothing(store: ClientPeople) -> None:
    who = joined(store, person("a", state="pending"))

    def refuse(before: ClientPerson) -> ClientPerson:
        raise Refused("no")

    with pytest.raises(Refused):
        store.change(APP, who.id, refuse)
    assert store.get(APP, who.id) == who
    changed = store.change(APP, who.id, lambda before: replace(before, state="active", roles=("x",)))
    assert store.find(APP, who.subject_id) == changed
    for client_id, person_id in ((APP, ClientPersonId("nobody")), (OTHER, who.id)):
        with pytest.raises(KeyError):
            store.change(client_id, person_id, lambda before: before)


def test_only_who_was_removed_is_forgotten(store: ClientPeople) -> None:
    who = joined(store, person("a"))
    store.forget(APP, who.id)
    assert store.get(APP, who.id) == who
    store.change(APP, who.id, lambda before: replace(before, state="removed"))
    store.forget(OTHER, who.id)
    assert store.get(APP, who.id) is not None
    store.forget(APP, who.id)
    assert store.get(APP, who.id) is None


def test_an_invitation_is_spent_by_joining_alone_and_expires(store: ClientPeople) -> None:
    store.invite("token", INVITATION)
    assert store.invitation("token", NOW + 899) == INVITATION
    assert store.invitation("token", NOW + 900) is None
    assert store.join("token", NOW + 900, SubjectId("a"), lambda invitation, known: person("a")) is None

    def refuse(invitation: ClientInvitation, known: ClientPerson | None) -> ClientPerson:
        raise Refused("no")

    with pytest.raises(Refused):
        store.join("token", NOW, SubjectId("a"), refuse)
    assert store.invitation("token", NOW) == INVITATION, "what was refused spends nothing"
    assert store.join("token", NOW, SubjectId("a"), lambda invitation, known: person("a")) is not None
    assert store.invitation("token", NOW) is None
    with pytest.raises(KeyError):
        store.invite("other", replace(INVITATION, client_id=ClientId("nobody")))


def test_of_many_who_come_with_one_link_one_joins(store: ClientPeople) -> None:
    store.invite("token", INVITATION)
    together = Barrier(6)

    def come(number: int) -> ClientPerson | None:
        who = person(f"person {number}", state="pending")
        together.wait()
        return store.join("token", NOW, who.subject_id, lambda invitation, known: who)

    with ThreadPoolExecutor(6) as threads:
        came = [who for who in threads.map(come, range(6)) if who is not None]
    assert len(came) == 1 and list(store.all(APP)) == came


def test_who_joins_again_is_known(store: ClientPeople) -> None:
    who = joined(store, person("a", state="pending"))
    store.invite("again", INVITATION)
    known: list[ClientPerson | None] = []

    def once_more(invitation: ClientInvitation, before: ClientPerson | None) -> ClientPerson:
        known.append(before)
        return replace(who, joined_at=NOW + 5)

    store.join("again", NOW, who.subject_id, once_more)
    assert known == [who]
    assert [found.joined_at for found in store.all(APP)] == [NOW + 5]


def test_all_goes_with_the_application(store: ClientPeople, engine: Engine) -> None:
    joined(store, person("a"))
    store.invite("token", INVITATION)
    stores.SqlClients(engine, COUNTERS).remove(APP)
    assert store.all(APP) == () and store.invitation("token", NOW) is None


def test_no_name_token_or_role_rests_in_clear(store: ClientPeople, engine: Engine) -> None:
    joined(store, replace(person("somebody"), name="SOPHEA CHAN", roles=("clerk",)))
    store.invite("the-token", INVITATION)
    with engine.connect() as connection:
        for table in ("client_people", "client_invitations"):
            rows = str(connection.execute(text(f"SELECT * FROM {table}")).all())  # noqa: S608 -- two names
            assert not [word for word in ("SOPHEA", "clerk", "the-token") if word in rows]


def test_they_and_administrators_are_sealed_anew_before_a_master_key_goes(engine: Engine) -> None:
    """Else nobody would be let in, and nobody administer, once the old key is taken out."""
    old, both, new = MasterSealer([OLD_KEY]), MasterSealer([OLD_KEY, NEW_KEY]), MasterSealer([NEW_KEY])
    both.use(master_key_id(NEW_KEY))
    stores.chain_with(engine, old)
    stores.SqlClients(engine, COUNTERS).add(Client(APP, "An application", ()))
    who = joined(stores.SqlClientPeople(engine, old, COUNTERS), person("a"))
    stores.SqlClientPeople(engine, old, COUNTERS).invite("token", INVITATION)
    administrators = stores.SqlAdministrators(engine, old, COUNTERS)
    administrator = Administrator(AdministratorId("b"), "here", Sub("b"), "B", "owner", "active", NOW)
    for token in ("accepted", "waits"):
        administrators.invite(token, Invitation("owner", "here", "command line", NOW, NOW + 900))
    administrators.accept("accepted", NOW, "here", administrator.sub, lambda invitation, known: administrator)
    stores.chain_with(engine, both)
    assert stores.SqlResealing(engine, both).reseal() == 4
    found = stores.SqlClientPeople(engine, new, COUNTERS)
    assert found.get(APP, who.id) == who and found.invitation("token", NOW) == INVITATION
    assert stores.SqlAdministrators(engine, new, COUNTERS).get(administrator.id) == administrator
    assert stores.SqlAdministrators(engine, new, COUNTERS).invitation("waits", NOW) is not None
