"""The contracts of who administers, on SQLite and PostgreSQL: AdministratorStore, ConsoleSessionStore."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import Engine

from bridge.domain.administrator import Administrator, ConsoleSession, Invitation, Role, State
from bridge.domain.ids import AdministratorId, SessionKey, Sid, Sub
from bridge.manage import Actor, Refused
from bridge.manage.administrators import LAST_OWNER, AdministratorAdministration, Person
from bridge.ports.administrators import AdministratorStore, ConsoleSessionStore
from bridge.stores import sql as stores
from tests.stores.samples import COUNTERS, NOW, SEALER

HERE, ELSEWHERE = "https://camdigikey.example", "https://trial.example"
INVITATION = Invitation("operator", HERE, "command line", NOW, NOW + 900, confirmed=True)


def administrator(name: str, role: Role = "owner", state: State = "active", at: int = NOW) -> Administrator:
    return Administrator(AdministratorId(name), HERE, Sub(f"sub-of-{name}"), name.upper(), role, state, at)


def made(store: AdministratorStore, who: Administrator) -> Administrator:
    """Somebody, by an invitation."""
    token = os.urandom(8).hex()
    store.invite(token, INVITATION)
    found = store.accept(token, NOW, who.environment, who.sub, lambda invitation, known: who)
    assert found == who
    return who


@pytest.fixture
def store(engine: Engine) -> AdministratorStore:
    stores.chain_with(engine, SEALER)
    return stores.SqlAdministrators(engine, SEALER, COUNTERS)


@pytest.fixture
def sessions(engine: Engine) -> ConsoleSessionStore:
    return stores.SqlConsoleSessions(engine)


class TestAdministrators:
    def test_who_was_stored_comes_back(self, store: AdministratorStore) -> None:
        who = made(store, administrator("a"))
        assert store.get(who.id) == store.find(HERE, who.sub) == who
        assert store.all(HERE) == (who,)

    def test_those_of_another_camdigikey_are_nobody_here(self, store: AdministratorStore) -> None:
        who = made(store, administrator("a"))
        assert store.all(ELSEWHERE) == ()
        assert store.find(ELSEWHERE, who.sub) is None

    def test_the_oldest_come_first_and_removed_ones_not_at_all(self, store: AdministratorStore) -> None:
        for who in (administrator("b", at=NOW + 1), administrator("c"), administrator("d", state="removed")):
            made(store, who)
        assert [who.id for who in store.all(HERE)] == ["c", "b"]
        assert store.find(HERE, Sub("sub-of-d")) is not None

    def test_a_change_sees_all_and_what_it_raises_changes_nothing(self, store: AdministratorStore) -> None:
        first, second = made(store, administrator("a")), made(store, administrator("b"))
        seen: list[AdministratorId] = []

        def refuse(before: Administrator, others: object) -> Administrator:
            seen.extend(who.id for who in others)  # type: ignore[attr-defined]  # -- a sequence of them
            raise Refused("no")

        with pytest.raises(Refused):
            store.change(first.id, refuse)
        assert seen == [first.id, second.id]
        assert store.get(first.id) == first
        with pytest.raises(KeyError):
            store.change(AdministratorId("nobody"), lambda before, others: before)

    def test_an_invitation_is_spent_once_and_looking_spends_nothing(self, store: AdministratorStore) -> None:
        store.invite("token", INVITATION)
        assert store.invitation("token", NOW) == store.invitation("token", NOW + 899) == INVITATION
        assert store.invitation("token", NOW + 900) is None
        assert store.invitation("other", NOW) is None
        who = administrator("a")
        assert store.accept("token", NOW + 900, HERE, who.sub, lambda *_: who) is None
        assert store.accept("token", NOW, HERE, who.sub, lambda *_: who) == who
        assert store.accept("token", NOW, HERE, who.sub, lambda *_: who) is None

    def test_an_invitation_that_is_refused_stays_good(self, store: AdministratorStore) -> None:
        store.invite("token", INVITATION)

        def refuse(*_: object) -> Administrator:
            raise Refused("no")

        with pytest.raises(Refused):
            store.accept("token", NOW, HERE, Sub("sub"), refuse)
        assert store.invitation("token", NOW) == INVITATION

    def test_no_token_of_an_invitation_rests(self, store: AdministratorStore, engine: Engine) -> None:
        store.invite("the-token-of-it", INVITATION)
        with engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT * FROM invitations").all()
        assert rows and "the-token" not in str(rows) and "operator" not in str(rows)

    @pytest.mark.parametrize("token", ["", "a\0b", "ខ្មែរ", "x" * 5000])
    def test_a_made_up_token_is_none(self, store: AdministratorStore, token: str) -> None:
        assert store.invitation(token, NOW) is None

    def test_one_person_who_accepts_two_invitations_at_once_is_one_record(
        self, store: AdministratorStore
    ) -> None:
        people = administration(store)
        tokens = [people.invite(LOCAL, "owner", confirmed=True) for _ in range(4)]
        person, barrier = Person(Sub("sub-1"), "SOPHEA"), Barrier(4)

        def accept(token: str) -> str:
            barrier.wait()
            try:
                return people.accept(token, person).id
            except Refused as refused:
                return str(refused)

        with ThreadPoolExecutor(4) as pool:
            said = list(pool.map(accept, tokens))
        assert sum(text.startswith("You administer already") for text in said) == 3
        assert len(people.all(LOCAL)) == 1


LOCAL = Actor("command line", "owner", local=True)


def administration(store: AdministratorStore) -> AdministratorAdministration:
    return AdministratorAdministration(store, HERE, lambda: NOW, os.urandom)


@pytest.mark.parametrize("way", ["remove", "demote"])
def test_two_owners_who_remove_each_other_at_once_leave_one(store: AdministratorStore, way: str) -> None:
    people = administration(store)
    for number in range(5):
        pair = [made(store, administrator(f"{number}-{name}")) for name in "ab"]
        barrier = Barrier(2)

        def go(who: Administrator, other: Administrator, barrier: Barrier = barrier) -> str:
            actor = Actor(f"administrator:{who.id}", "owner")
            barrier.wait()
            try:
                if way == "remove":
                    people.remove(actor, other.id)
                else:
                    people.change_role(actor, other.id, "auditor")
            except Refused as refused:
                return str(refused)
            return "done"

        with ThreadPoolExecutor(2) as pool:
            said = list(pool.map(go, pair, pair[::-1]))
        assert sorted(said) == sorted(["done", LAST_OWNER])
        owners = [who for who in store.all(HERE) if who.active and who.role == "owner"]
        assert len(owners) == 1
        for who in store.all(HERE):
            store.change(who.id, lambda before, others: replace(before, state="removed"))


class TestConsoleSessions:
    SESSION = ConsoleSession(
        "key-1", AdministratorId("a"), Sid("sid-1"), SessionKey("session-1"), NOW, NOW, NOW, "Firefox"
    )

    @pytest.fixture(autouse=True)
    def somebody(self, store: AdministratorStore) -> None:
        made(store, administrator("a"))
        made(store, administrator("b"))

    def test_it_comes_back_as_it_was_and_ends(self, sessions: ConsoleSessionStore) -> None:
        sessions.open(self.SESSION)
        assert sessions.get("key-1") == self.SESSION
        sessions.use("key-1", NOW + 40)
        assert sessions.get("key-1") == replace(self.SESSION, used_at=NOW + 40)
        sessions.end("key-1")
        sessions.end("key-1")
        sessions.use("key-1", NOW)
        assert sessions.get("key-1") is None

    def test_all_of_one_administrator_and_nobody_elses(self, sessions: ConsoleSessionStore) -> None:
        other = replace(self.SESSION, key="key-3", administrator_id=AdministratorId("b"))
        later = replace(self.SESSION, key="key-2", used_at=NOW + 1)
        for session in (self.SESSION, later, other):
            sessions.open(session)
        assert sessions.all(AdministratorId("a")) == (later, self.SESSION)
        sessions.end_all(AdministratorId("a"))
        assert sessions.all(AdministratorId("a")) == ()
        assert sessions.get("key-3") == other

    def test_one_ends_for_another_and_all_when_their_administrator_is_removed(
        self, sessions: ConsoleSessionStore, store: AdministratorStore
    ) -> None:
        other = replace(self.SESSION, key="key-3", administrator_id=AdministratorId("b"))
        for session in (self.SESSION, other):
            sessions.open(session)
        sessions.open(replace(self.SESSION, key="key-2"), replaced="key-1")
        assert [session.key for session in sessions.all(AdministratorId("a"))] == ["key-2"]
        store.change(AdministratorId("a"), lambda before, others: replace(before, state="removed"))
        assert sessions.all(AdministratorId("a")) == ()
        assert sessions.get("key-3") == other

    def test_old_ones_are_forgotten_when_a_new_one_opens(self, sessions: ConsoleSessionStore) -> None:
        sessions.open(self.SESSION)
        sessions.open(replace(self.SESSION, key="key-2", created_at=NOW + 86400))
        assert sessions.get("key-1") is None
