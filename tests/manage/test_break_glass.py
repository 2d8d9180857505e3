"""The console in an emergency: who opens it, what it may do, whom it shows, and who is told."""

from __future__ import annotations

import os
from typing import get_args

import pytest

from bridge.domain.client import Client
from bridge.domain.ids import ClientId, Sub
from bridge.manage import OPERATOR, Actor, Administration, AuditFilter, Forbidden, Refused
from bridge.manage.access import IN_AN_EMERGENCY, Action, actor_of, allowed
from bridge.manage.administrators import Person
from bridge.manage.break_glass import OPEN_FOR, EmergencySession
from tests.manage.conftest import Office, told

NOW = 1_800_000_000
SHELL = Actor("os:sokha", "owner", local=True)
EMERGENCY = Actor("break-glass:sokha", "owner")


@pytest.fixture
def admin(office: Office) -> Administration:
    office.clock = lambda: NOW
    return office.administration()


def owner(admin: Administration, name: str = "SOPHEA") -> Actor:
    token = admin.administrators.invite(OPERATOR, "owner", confirmed=True)
    return actor_of(admin.administrators.accept(token, Person(Sub(f"sub-of-{name}"), name)))


def test_it_is_recorded_with_who_and_why_before_anybody_is_let_in(
    admin: Administration, office: Office
) -> None:
    somebody = admin.emergencies.open(SHELL, "CamDigiKey is away")
    assert actor_of(somebody) == EMERGENCY
    (entry,) = told(office.trail)
    assert (entry.actor, entry.event) == ("break-glass:sokha", "break_glass.opened")
    assert entry.facts == {"reason": "CamDigiKey is away"}


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201, "two\nlines", "\x1b[2J", "\u202eabc"])
def test_without_a_reason_it_is_not_opened(admin: Administration, office: Office, reason: str) -> None:
    with pytest.raises(Refused, match="reason"):
        admin.emergencies.open(SHELL, reason)
    assert told(office.trail) == []


@pytest.mark.parametrize(
    "actor",
    [Actor("somebody"), Actor("a", "operator", local=True), Actor("administrator:a", "owner"), EMERGENCY],
    ids=["a stranger", "an operator", "an owner in the browser", "the emergency itself"],
)
def test_nobody_else_opens_it(admin: Administration, office: Office, actor: Actor) -> None:
    with pytest.raises((Forbidden, Refused)):
        admin.emergencies.open(actor, "I would like to")
    assert told(office.trail) == []


def test_it_may_do_what_was_thought_of_and_nothing_that_is_new() -> None:
    assert {action for action in get_args(Action) if allowed(EMERGENCY, action)} == IN_AN_EMERGENCY
    for action in ("change administrator", "rotate key", "use master key", "see messages", "open console"):
        assert action in get_args(Action) and action not in IN_AN_EMERGENCY


def test_it_gives_no_claim_that_names_people_for_good(admin: Administration) -> None:
    """The national number and CamDigiKey's own identifier: not by a new one, an edit, a secret or a copy."""
    plain = Client(ClientId("plain"), "Plain", ("https://plain.example/cb",))
    national = Client(
        ClientId("national"),
        "National",
        ("https://national.example/cb",),
        scope=("openid", "national_id"),
        national_id_purpose="Land register",
    )
    for client in (plain, national):
        admin.clients.add(OPERATOR, client, reason="Decree 12")
    attempts = (
        lambda: admin.clients.add(EMERGENCY, national),
        lambda: admin.clients.edit(EMERGENCY, "plain", {"scope": ("openid", "camdigikey_id")}),
        lambda: admin.clients.edit(EMERGENCY, "national", {"redirect_uris": ("https://evil.example/cb",)}),
        lambda: admin.clients.rotate_secret(EMERGENCY, "national"),
    )
    for attempt in attempts:
        with pytest.raises(Refused):
            attempt()
    admin.clients.delete(OPERATOR, "national")
    back = admin.deleted_clients.restore(EMERGENCY, "national")
    assert back.left_out == ("national_id",) and "national_id" not in back.client.scope
    assert admin.clients.rotate_secret(EMERGENCY, "plain").secret


def test_it_shows_no_person(admin: Administration) -> None:
    owner(admin)
    (person,) = admin.administrators.all(EMERGENCY)
    assert (person.name, admin.administrators.all(OPERATOR)[0].name) == ("", "SOPHEA")
    rows = admin.audit.page(EMERGENCY, AuditFilter(), limit=9)
    assert rows and admin.audit.names(EMERGENCY, rows) == {}
    assert "SOPHEA" not in str([row.entry.facts for row in rows])


def test_where_no_owner_is_left_it_invites_one_who_has_to_sign_in_and_be_confirmed(
    admin: Administration,
) -> None:
    token = admin.administrators.invite(EMERGENCY, "owner")
    somebody = admin.administrators.accept(token, Person(Sub("sub-of-new"), "NEW"))
    assert somebody.state == "pending"
    with pytest.raises(Refused):
        admin.administrators.invite(EMERGENCY, "owner", confirmed=True)
    assert admin.administrators.confirm(EMERGENCY, somebody.id, somebody.code).active
    with pytest.raises(Forbidden):
        admin.administrators.change_role(EMERGENCY, somebody.id, "auditor")


class TestOwnersAreTold:
    def test_each_until_they_have_seen_it(self, admin: Administration) -> None:
        first, second = owner(admin), owner(admin, "DARA")
        admin.emergencies.open(SHELL, "One")
        admin.emergencies.open(SHELL, "Two")
        unseen = admin.emergencies.unseen(first, NOW - 1)
        assert [row.entry.facts["reason"] for row in unseen] == ["Two", "One"]
        admin.emergencies.acknowledge(first, unseen[1].sequence)
        assert [row.entry.facts["reason"] for row in admin.emergencies.unseen(first, 0)] == ["Two"]
        admin.emergencies.acknowledge(first, unseen[0].sequence)
        assert admin.emergencies.unseen(first, 0) == []
        assert len(admin.emergencies.unseen(second, 0)) == 2
        admin.emergencies.open(SHELL, "Three")
        assert [row.entry.facts["reason"] for row in admin.emergencies.unseen(first, 0)] == ["Three"]

    def test_not_of_what_was_before_their_time(self, admin: Administration) -> None:
        admin.emergencies.open(SHELL, "One")
        assert admin.emergencies.unseen(owner(admin), NOW + 1) == []

    @pytest.mark.parametrize("through", [0, -1, 10**9])
    def test_what_was_not_opened_can_not_be_seen(self, admin: Administration, through: int) -> None:
        """Else an owner who was careless once would never be told again."""
        somebody = owner(admin)
        admin.emergencies.open(SHELL, "One")
        with pytest.raises(Refused):
            admin.emergencies.acknowledge(somebody, through)
        assert len(admin.emergencies.unseen(somebody, 0)) == 1

    @pytest.mark.parametrize("role", ["operator", "maintainer", "auditor"])
    def test_nobody_else_says_so_for_them(self, admin: Administration, role: str) -> None:
        admin.emergencies.open(SHELL, "One")
        for actor in (Actor("administrator:x", role), EMERGENCY):  # type: ignore[arg-type]  -- a role
            with pytest.raises(Forbidden):
                admin.emergencies.acknowledge(actor, 1)
        with pytest.raises(Refused, match="signed in"):
            admin.emergencies.acknowledge(SHELL, 1)


class TestSession:
    @pytest.fixture
    def elapsed(self) -> list[float]:
        return [100.0]

    @pytest.fixture
    def ended(self) -> list[bool]:
        return []

    @pytest.fixture
    def session(self, admin: Administration, elapsed: list[float], ended: list[bool]) -> EmergencySession:
        somebody = admin.emergencies.open(SHELL, "One")
        return EmergencySession(
            somebody, lambda: NOW, os.urandom, lambda: elapsed[0], OPEN_FOR, lambda: ended.append(True)
        )

    def test_its_link_is_good_once(self, session: EmergencySession) -> None:
        assert session.is_good(session.token) and session.is_good(session.token)  # looking spends nothing
        secret = session.enter(session.token)
        assert not session.is_good(session.token)
        with pytest.raises(Refused, match="used"):
            session.enter(session.token)
        found = session.current(secret)
        assert found is not None and found[0].id == "break-glass:sokha"

    @pytest.mark.parametrize("token", ["", "x", "\udcff", "ក"])
    def test_no_other_token_opens_it(self, session: EmergencySession, token: str) -> None:
        with pytest.raises(Refused):
            session.enter(token)
        assert session.current(token) is None
        assert session.is_good(session.token)

    def test_it_is_over_after_half_an_hour_whatever_is_done(
        self, session: EmergencySession, elapsed: list[float]
    ) -> None:
        secret = session.enter(session.token)
        elapsed[0] += OPEN_FOR - 1
        assert session.current(secret) is not None
        elapsed[0] += 1
        assert session.current(secret) is None

    def test_a_link_that_nobody_used_in_time_is_dead(
        self, session: EmergencySession, elapsed: list[float]
    ) -> None:
        elapsed[0] += OPEN_FOR
        with pytest.raises(Refused):
            session.enter(session.token)

    def test_closed_it_lets_nobody_in_again(self, session: EmergencySession, ended: list[bool]) -> None:
        secret = session.enter(session.token)
        session.end()
        assert session.current(secret) is None and ended == [True]
        with pytest.raises(Refused):
            session.enter(session.token)
