"""Administrators who sign in to the console of a world, as any browser does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from bridge.domain.administrator import Administrator, ConsoleSession
from bridge.domain.client import Client
from bridge.domain.encoding import digest
from bridge.domain.ids import ClientId
from bridge.manage import OPERATOR
from bridge.manage.administrators import AdministratorAdministration
from bridge.manage.approvals import ApprovalAdministration
from bridge.manage.clients import ClientAdministration
from bridge.web.console.signing_in import COOKIE
from bridge.web.use_cases import UseCases
from tests.support.person import Page, Person
from tests.support.world import World


class Console:
    """The console of a world: invitations, sign-ins, pages and presses."""

    def __init__(self, world: World) -> None:
        self.world = world

    @property
    def uses(self) -> UseCases:
        found: UseCases = self.world.app.extensions["bridge"]
        return found

    @property
    def people(self) -> AdministratorAdministration:
        return self.uses.administration.administrators

    @property
    def clients(self) -> ClientAdministration:
        return self.uses.administration.clients

    @property
    def approvals(self) -> ApprovalAdministration:
        return self.uses.administration.approvals

    def url(self, path: str) -> str:
        return self.world.issuer + path

    def invite(self, role: str = "owner", clients: tuple[str, ...] = (), *, confirmed: bool = True) -> str:
        """The address of an invitation."""
        token = self.people.invite(OPERATOR, role, clients, confirmed=confirmed)
        return self.url(f"/admin/invitation/{token}")

    def through_camdigikey(self, person: Person, page: Page, persona: str) -> Page:
        """From a page whose button begins a sign-in, to the page that moves on after it."""
        page = person.follow(person.press(page, "continue"), until="https://")
        return self.world.approve(person, page, persona)

    def administrator(
        self,
        role: str = "owner",
        persona: str = "sophea",
        clients: tuple[str, ...] = (),
        *,
        confirmed: bool = True,
    ) -> Person:
        """Somebody who has accepted an invitation, and is signed in."""
        person = self.world.person()
        page = person.get(self.invite(role, clients, confirmed=confirmed))
        page = self.through_camdigikey(person, page, persona)
        assert page.status == 200, page.text
        return person

    def sign_in(self, person: Person, persona: str) -> Page:
        """An administrator signs in again; the page that moves on."""
        page = person.follow(person.get(self.url("/admin")), until="https://")
        return self.through_camdigikey(person, page, persona)

    def page(self, person: Person, path: str) -> Page:
        """A page of the console, through its redirects."""
        return person.follow(person.get(self.url(path)), until="https://")

    def send(self, person: Person, page: Page, button: str, **fields: str) -> Page:
        """Press a button of a form with some of its fields filled in otherwise."""
        form = page.form(button)
        said = person.post(self.url(form.action), form.fields | fields)
        return person.follow(said, until="https://")

    def post(self, person: Person, path: str, fields: Mapping[str, str] | None = None, **more: str) -> Page:
        """Send a form that the console gave this person, its fields written here; following nothing."""
        key = self.session_of(person).key
        token = self.uses.sealer.mac("csrf", f"console|{key}|{path}")
        return person.post(self.url(path), {"csrf": token, **(fields or {}), **more})

    def secret_of(self, person: Person) -> str:
        """The secret in this person's cookie."""
        cookie = person.bridge.get_cookie(self.uses.browser.cookies.name(COOKIE), "127.0.0.1")
        assert cookie is not None
        return cookie.value

    def session_of(self, person: Person) -> ConsoleSession:
        found = self.world.services.console_sessions.get(digest(self.secret_of(person)))
        assert found is not None
        return found

    def of(self, person: Person) -> Administrator:
        """The record of somebody who is signed in."""
        found = self.world.services.administrators.get(self.session_of(person).administrator_id)
        assert found is not None
        return found

    def make(self, person: Person, **changes: Any) -> None:
        """Change somebody's record behind everybody's back: their role, their state."""
        session = self.session_of(person)
        self.world.services.administrators.change(
            session.administrator_id, lambda before, others: replace(before, **changes)
        )
        if changes.get("state") == "removed":  # a session that opened in that very moment
            self.world.services.console_sessions.open(session)

    def ago(self, person: Person, **seconds: int) -> None:
        """Move instants of a person's console session into the past."""
        sessions, session = self.world.services.console_sessions, self.session_of(person)
        now = int(time.time())
        sessions.end(session.key)
        sessions.open(replace(session, **{name: now - number for name, number in seconds.items()}))


def application(client_id: str, name: str = "An application", **fields: Any) -> Client:
    """An application that can be registered."""
    return Client(
        ClientId(client_id),
        name,
        (f"https://{client_id}.example/cb",),
        **{"scope": ("openid", "profile"), **fields},
    )


def with_the_national_number(client_id: str) -> Client:
    """An application whose every change of consequence needs approval."""
    return application(
        client_id,
        sector_identifier="national.example",
        national_id_purpose="Land register",
        scope=("openid", "national_id"),
    )


Registers = Callable[[Client], Client]


@pytest.fixture
def registered(world: World) -> Iterator[Registers]:
    """Registers applications, which are gone after the test."""
    made: list[Client] = []

    def register(client: Client) -> Client:
        made.append(client)
        return world.register(client)

    yield register
    for client in made:
        if world.services.clients.latest(client.client_id):
            world.services.clients.remove(client.client_id)


@pytest.fixture
def console(world: World) -> Iterator[Console]:
    """Nobody administers at the beginning, and at the end."""
    found = Console(world)
    before = {client.client_id for client in world.services.clients.all()}
    yield found
    nobody_administers(world, found.people.all(OPERATOR))
    for client in world.services.clients.all():
        if client.client_id not in before:
            world.services.clients.remove(client.client_id)


def nobody_administers(world: World, administrators: Sequence[Administrator]) -> None:
    for administrator in administrators:
        world.services.console_sessions.end_all(administrator.id)
        world.services.administrators.change(
            administrator.id, lambda before, others: replace(before, state="removed")
        )
