"""What can't be recorded does not happen: each change of administration and its entry are one transaction.

Each change is tried with SQL failing at its first statement, at its second, and so on: nothing stays of it.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, cast, get_args

import pytest
from sqlalchemy import Engine, event, select, text

from bridge.domain.activity import ActivityFilter
from bridge.domain.admin_audit import MACHINE, AuditEntry
from bridge.domain.administrator import Administrator, ConsoleSession
from bridge.domain.approval import Proposal
from bridge.domain.client import Client
from bridge.domain.client_people import ClientInvitation, ClientPerson, PersonState
from bridge.domain.consent import Consent
from bridge.domain.ids import (
    ClientId,
    ClientPersonId,
    ConnectorId,
    GrantId,
    Kid,
    SessionKey,
    Sid,
    Sub,
    SubjectId,
)
from bridge.errors import NotRecorded
from bridge.manage import (
    OPERATOR,
    Actor,
    ClientAdministration,
    HashingKeyAdministration,
    KeyAdministration,
    MasterKeyAdministration,
)
from bridge.manage.access import Action, Trail, actor_of
from bridge.manage.activity import ActivityAdministration
from bridge.manage.administrators import AdministratorAdministration, Person
from bridge.manage.approvals import ApprovalAdministration
from bridge.manage.break_glass import EmergencyAdministration
from bridge.manage.client_files.administration import ClientFileAdministration
from bridge.manage.client_files.plan import PlanOptions
from bridge.manage.client_files.text import read_text
from bridge.manage.client_files.wanted import client_file
from bridge.manage.client_people import ClientPeopleAdministration
from bridge.manage.clients import Registered
from bridge.manage.deleted_clients import DeletedClientAdministration
from bridge.manage.people import PeopleAdministration, PeoplePorts
from bridge.manage.register import AwaitsApproval, ClientRegister
from bridge.ports.grants import GrantStore
from bridge.ports.keys import SigningKey
from bridge.stores import sql
from bridge.stores.sealing import MasterSealer
from bridge.stores.sql.tables import metadata
from tests.stores.samples import COUNTERS, NOW
from tests.support.login_house import LoginHouse

OLD_KEY, NEW_KEY = b"o" * 32, b"n" * 32
HERE = "https://camdigikey.example"
PORTAL, GONE = ClientId("portal"), ClientId("gone")
PORTAL_CLIENT = Client(
    PORTAL,
    "Portal",
    ("https://portal.example/cb",),
    sector_identifier="portal.example",
    secret_hashes=("a",),
    access="listed",
)


JOIN = ClientInvitation(PORTAL, "command line", NOW, NOW + 900)


class NoGrants:
    """ports.GrantStore, where nobody has let an application have anything."""

    def by_subject(self, subject_id: SubjectId, now: int) -> tuple[GrantId, ...]:
        return ()


class Failed(Exception):
    """SQL failed, as the test wanted."""


@contextmanager
def failing(engine: Engine, at: int) -> Iterator[list[str]]:
    """SQL fails at that statement; those that were sent."""
    sent: list[str] = []

    def fail(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)
        if len(sent) == at:
            raise Failed

    event.listen(engine, "before_cursor_execute", fail)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", fail)


class Office:
    """The use cases on one database, with something of everything in it."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.sealer = engine, MasterSealer([OLD_KEY, NEW_KEY])
        sql.chain_with(engine, self.sealer)
        self.trail = sql.SqlAdminAudit(engine, self.sealer)
        self.kept_clients = sql.SqlClients(engine, COUNTERS)
        self.kept_keys = sql.SqlSigningKeys(engine, self.sealer)
        self.secrets = sql.SqlSecrets(engine, self.sealer)
        self.sessions = sql.SqlConsoleSessions(engine)
        self.kept_people = sql.SqlAdministrators(engine, self.sealer, COUNTERS)
        self.entries = Trail(lambda: NOW)
        sql.SqlMasterKeys(engine).begin(self.sealer.key_ids[0], NOW)
        self.kept_approvals = sql.SqlApprovals(engine, COUNTERS)
        register = ClientRegister(
            self.kept_clients, self.kept_approvals, self.kept_people, lambda: NOW, os.urandom, HERE
        )
        accounts = (ConnectorId("camdigikey"),)
        self.approvals = ApprovalAdministration(
            register, self.kept_clients, self.kept_approvals, lambda: NOW, accounts, "https://sso.example"
        )
        self.clients = ClientAdministration(
            self.kept_clients,
            register,
            self.sealer,
            lambda: NOW,
            os.urandom,
            (ConnectorId("camdigikey"),),
            "https://sso.example",
        )
        self.deleted = DeletedClientAdministration(
            sql.SqlDeletedClients(engine, COUNTERS, sql.SqlClients(engine, COUNTERS)),
            register,
            self.sealer,
            lambda: NOW,
            os.urandom,
            (ConnectorId("camdigikey"),),
            "https://sso.example",
        )
        self.files = ClientFileAdministration(
            self.kept_clients,
            register,
            self.sealer,
            lambda: NOW,
            (ConnectorId("camdigikey"),),
            "https://sso.example",
        )
        self.keys = KeyAdministration(self.kept_keys, lambda: NOW)
        self.hashing = HashingKeyAdministration(self.secrets, self.kept_clients, lambda: NOW)
        self.kept_listed = sql.SqlClientPeople(engine, self.sealer, COUNTERS)
        self.listed = ClientPeopleAdministration(
            self.kept_listed,
            self.kept_clients,
            cast(GrantStore, NoGrants()),
            self.trail,
            lambda: NOW,
            os.urandom,
        )
        self.people = AdministratorAdministration(self.kept_people, HERE, lambda: NOW, os.urandom)
        self.master = MasterKeyAdministration(
            sql.SqlMasterKeys(engine),
            sql.SqlInstances(engine),
            sql.SqlResealing(engine, self.sealer),
            self.sealer.key_ids,
            3600,
            lambda: NOW,
        )
        house = LoginHouse()
        self.persons = PeopleAdministration(
            PeoplePorts(
                self.kept_clients,
                sql.SqlConsents(engine),
                house.grants,
                house.sessions,
                house.ending,
                sql.SqlPersonLooks(engine),
                self.trail,
                lambda: NOW,
            )
        )
        self.activity = ActivityAdministration(sql.SqlActivity(engine), self.trail, lambda: NOW, os.urandom)
        self._furnish()

    def _furnish(self) -> None:
        self.kept_clients.add(PORTAL_CLIENT)
        self.kept_clients.add(replace(PORTAL_CLIENT, client_id=GONE))
        self.kept_clients.remove(GONE, deleted_at=NOW - 9)
        agreed = Consent(SubjectId("s"), PORTAL, frozenset({"openid"}), frozenset(), NOW)
        sql.SqlConsents(self.engine).save(agreed, sub=Sub("theirs"))
        self.kept_keys.add(SigningKey(Kid("old"), "ES256", "{}", NOW - 9, NOW - 5))
        self.kept_keys.add(SigningKey(Kid("new"), "ES256", "{}", NOW - 8))
        self.secrets.get_or_make("forms", lambda: b"s" * 32)
        self.owner = self.somebody("owner", confirmed=True)
        self.waiting = self.somebody("waiting", confirmed=False)
        self.session = ConsoleSession(
            "key-1", self.owner.id, Sid("sid"), SessionKey("session"), NOW, NOW, NOW, "Firefox"
        )
        self.sessions.open(self.session)
        self.proposal = self.proposed("waits")
        self.link = self.people.invite(OPERATOR, "auditor")
        self.admitted = self.listed_person("admitted", "active")
        self.queued = self.listed_person("queued", "pending")
        self.kept_listed.invite("join-link", JOIN)

    def listed_person(self, name: str, state: PersonState) -> ClientPerson:
        """Somebody of the portal's people; the trail is told nothing of it."""
        self.kept_listed.invite(name, JOIN)
        made = ClientPerson(ClientPersonId(name), PORTAL, SubjectId(name), name.upper(), state, NOW)
        self.kept_listed.join(name, NOW, made.subject_id, lambda invitation, known: made)
        return made

    def proposed(self, client_id: str) -> Proposal:
        """What a maintainer of it proposes."""
        self.kept_clients.add(replace(PORTAL_CLIENT, client_id=ClientId(client_id)))
        with pytest.raises(AwaitsApproval) as waits:
            self.propose(client_id)
        (proposal,) = waits.value.proposals
        return proposal

    def propose(self, client_id: str) -> None:
        proposer = Actor("another way", "operator")
        wanted = {"scope": ("openid", "camdigikey_id")}
        self.clients.edit(proposer, client_id, wanted)

    def somebody(self, name: str, *, confirmed: bool) -> Administrator:
        token = self.people.invite(OPERATOR, "owner", confirmed=confirmed)
        return self.people.accept(token, Person(Sub(f"sub-of-{name}"), name.upper()))

    def everything(self) -> dict[str, list[Any]]:
        """All that rests in SQL."""
        with self.engine.connect() as connection:
            return {
                table.name: sorted(map(repr, connection.execute(select(table)).all()))
                for table in metadata.sorted_tables
            }

    def told(self) -> list[AuditEntry]:
        """What the trail tells of people, newest first."""
        entries = [row.entry for row in self.trail.page(limit=100)]
        return [entry for entry in entries if entry.actor != MACHINE]


@pytest.fixture
def office(engine: Engine) -> Office:
    return Office(engine)


@dataclass(frozen=True, slots=True)
class Change:
    """A change: what the trail tells of it last, in how many entries. `action`: that it needs; empty: signing
    in and out."""

    event: str
    action: Action | str
    make: Callable[[Office], Any]
    entries: int = 1

    def __str__(self) -> str:
        return self.event if self.entries == 1 else f"{self.event} {self.entries} times"


def add(office: Office) -> Registered:
    return office.clients.add(OPERATOR, Client(ClientId("other"), "Other", ("https://other.example/cb",)))


def propose(office: Office) -> None:
    with contextlib.suppress(AwaitsApproval):
        office.propose(PORTAL)


def approve(office: Office) -> Proposal:
    proposal = office.proposal
    return office.approvals.approve(OPERATOR, proposal.id, version=proposal.version, reason="Decree 12")


def apply(office: Office) -> None:
    """A file that registers two applications and changes a third."""
    wanted = [
        {"client_id": name, "client_name": name.upper(), "redirect_uris": [f"https://{name}.example/cb"]}
        for name in ("one", PORTAL, "two")
    ]
    file = client_file(read_text("a.json", json.dumps({"applications": wanted}).encode()))
    plan = office.files.plan(OPERATOR, file, PlanOptions(), lambda reference: "")
    office.files.apply(OPERATOR, plan)


def sign_in(office: Office) -> None:
    entry = office.entries.entry(actor_of(office.owner), "console.signed_in", office.owner.id)
    office.sessions.open(replace(office.session, key="key-2"), replaced="key-1", entry=entry)


def sign_out(office: Office) -> None:
    entry = office.entries.entry(actor_of(office.owner), "console.signed_out", office.owner.id)
    office.sessions.end("key-1", entry=entry)


CHANGES = (
    Change("client.added", "add client", add),
    Change(
        "client.edited",
        "edit client",
        lambda office: office.clients.edit(OPERATOR, PORTAL, {"client_name": "P"}),
    ),
    Change(
        "client.secret_rotated",
        "rotate secret",
        lambda office: office.clients.rotate_secret(OPERATOR, PORTAL),
    ),
    Change(
        "client.disabled",
        "disable client",
        lambda office: office.clients.set_enabled(OPERATOR, PORTAL, False),
    ),
    Change(
        "client.enabled", "enable client", lambda office: office.clients.set_enabled(OPERATOR, PORTAL, True)
    ),
    Change("client.added", "add client", apply, entries=3),
    Change("approval.proposed", "edit client", propose),
    Change("client.edited", "approve change", approve, entries=2),
    Change(
        "approval.rejected",
        "reject change",
        lambda office: office.approvals.reject(OPERATOR, office.proposal.id),
    ),
    Change("client.deleted", "delete client", lambda office: office.clients.delete(OPERATOR, PORTAL)),
    Change("client.restored", "restore client", lambda office: office.deleted.restore(OPERATOR, GONE)),
    Change(
        "break_glass.opened",
        "open console",
        lambda office: EmergencyAdministration(office.trail, lambda: NOW).open(OPERATOR, "It burns"),
    ),
    Change(
        "person.consent_withdrawn",
        "withdraw consent",
        lambda office: office.persons.withdraw_consent(OPERATOR, PORTAL, "theirs"),
    ),
    Change(
        "person.ended_everywhere",
        "end everywhere",
        lambda office: office.persons.end_everywhere(OPERATOR, PORTAL, "theirs", "A stolen phone"),
    ),
    Change(
        "client.person_invited",
        "invite person",
        lambda office: office.listed.invite(OPERATOR, PORTAL, ("clerk",)),
    ),
    Change(
        "client.person_joined",
        "",
        lambda office: office.listed.join("join-link", SubjectId("third"), "THIRD"),
    ),
    Change(
        "client.person_approved",
        "approve person",
        lambda office: office.listed.approve(OPERATOR, PORTAL, office.queued.id),
    ),
    Change(
        "client.person_roles_changed",
        "give person roles",
        lambda office: office.listed.set_roles(OPERATOR, PORTAL, office.admitted.id, ("clerk",)),
    ),
    Change("key.rotated", "rotate key", lambda office: office.keys.rotate(OPERATOR, "ES256")),
    Change("key.removed", "remove key", lambda office: office.keys.remove(OPERATOR, "old")),
    Change("hashing_key.renewed", "renew key", lambda office: office.hashing.renew(OPERATOR, "forms")),
    Change("master_key.used", "use master key", lambda office: office.master.use(OPERATOR, None)),
    Change(
        "administrator.invited",
        "invite administrator",
        lambda office: office.people.invite(OPERATOR, "auditor"),
    ),
    Change(
        "administrator.accepted",
        "",
        lambda office: office.people.accept(office.link, Person(Sub("sub-of-third"), "THIRD")),
    ),
    Change(
        "administrator.confirmed",
        "confirm administrator",
        lambda office: office.people.confirm(OPERATOR, office.waiting.id, office.waiting.code),
    ),
    Change(
        "administrator.changed",
        "change administrator",
        lambda office: office.people.change_role(OPERATOR, office.waiting.id, "operator"),
    ),
    Change(
        "administrator.removed",
        "remove administrator",
        lambda office: office.people.remove(OPERATOR, office.waiting.id),
    ),
    Change(
        "activity.exported",
        "export activity",
        lambda office: office.activity.export(OPERATOR, ActivityFilter(), "csv"),
    ),
    Change("console.signed_in", "", sign_in),
    Change("console.signed_out", "", sign_out),
)
CHANGES_NOTHING = ("list ", "see ", "test ")
BY_PIECES = {"reseal", "remove person"}  # tried below
# What rests in Redis ends after its entry was written: tests/manage/test_people.
WRITTEN_FIRST = {"end session", "end grants"}


def test_every_action_that_changes_something_is_tried() -> None:
    changing = {action for action in get_args(Action) if not action.startswith(CHANGES_NOTHING)}
    assert {change.action for change in CHANGES} - {""} == changing - BY_PIECES - WRITTEN_FIRST


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_where_sql_fails_at_any_statement_nothing_is_changed_and_nothing_recorded(
    office: Office, engine: Engine, change: Change
) -> None:
    before, at = office.everything(), 1
    while True:
        with failing(engine, at) as sent:
            try:
                change.make(office)
            except Failed:
                pass
        if len(sent) < at:
            break
        assert office.everything() == before, sent[-1]
        at += 1
    assert any("admin_audit" in statement for statement in sent)
    told = office.told()[0]
    assert (told.event, told.at) == (change.event, NOW)
    assert office.everything() != before
    assert office.trail.verify().faults == ()


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_with_a_master_key_that_is_not_known_here_nothing_is_changed(
    office: Office, engine: Engine, change: Change
) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE master_keys SET key_id = 'deadbeef'"))
    before = office.everything()
    sql.chain_with(engine, MasterSealer([OLD_KEY]))
    if change.event == "master_key.used":
        office.master.use(OPERATOR, office.sealer.key_ids[0])  # which this process knows
        return
    with pytest.raises(NotRecorded):
        change.make(office)
    assert office.everything() == before


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_each_change_has_one_entry_with_ids_alone(office: Office, change: Change) -> None:
    count = len(office.told())
    made = change.make(office)
    entries = office.told()
    assert len(entries) == count + change.entries
    secret = made.secret if isinstance(made, Registered) else made if isinstance(made, str) else None
    text_of_it = str(entries[0])
    for word in ("OWNER", "WAITING", "THIRD", "Portal", "Other", office.link, office.waiting.code):
        assert word not in text_of_it
    shown = ("administrator.invited", "client.added", "client.restored", "client.secret_rotated")
    if change.event in shown and made:
        assert secret and secret not in text_of_it


def test_a_person_is_let_in_no_more_from_when_it_is_recorded(office: Office, engine: Engine) -> None:
    before, at = office.everything(), 1
    while (person := office.kept_listed.get(PORTAL, office.admitted.id)) is not None:
        told = [entry.event for entry in office.told()].count("client.person_removed")
        if person.admitted:
            assert told == 0 and office.everything() == before
        else:
            assert told > 0, "and what was not finished is done by the same again"
        with failing(engine, at), suppress(Failed):
            office.listed.remove(OPERATOR, PORTAL, office.admitted.id)
        at += 1
    assert "ADMITTED" not in str(office.told())


def test_sealing_anew_begins_when_it_is_recorded(office: Office, engine: Engine) -> None:
    office.sealer.use(office.sealer.key_ids[1])
    before, at = office.everything(), 1
    while len(office.told()) == 3 + 2 + 1:  # three invitations, two of them accepted, and a proposal
        assert office.everything() == before
        with failing(engine, at), pytest.raises(Failed):
            office.master.reseal(OPERATOR)
        at += 1
    told = office.told()[0]
    assert (told.event, told.actor) == ("master_key.resealed", "command line")
    assert office.master.reseal(OPERATOR) > 0


def test_what_an_owner_does_is_told_of_them_and_what_the_shell_does_of_the_command_line(
    office: Office,
) -> None:
    actor = actor_of(office.owner)
    office.people.confirm(actor, office.waiting.id, office.waiting.code)
    office.clients.set_enabled(OPERATOR, PORTAL, False)
    by_shell, by_owner = office.told()[:2]
    assert (by_owner.actor, by_owner.subject) == (f"administrator:{office.owner.id}", office.waiting.id)
    assert (by_shell.actor, by_shell.subject) == ("command line", PORTAL)
