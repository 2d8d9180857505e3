"""Administrators who sign in to the console of a world, as any browser does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bridge.manage import OPERATOR
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

    def url(self, path: str) -> str:
        return self.world.issuer + path

    def invite(self, role: str = "owner", clients: tuple[str, ...] = (), *, confirmed: bool = True) -> str:
        """The address of an invitation."""
        token = self.uses.administration.administrators.invite(OPERATOR, role, clients, confirmed=confirmed)
        return self.url(f"/admin/invitation/{token}")

    def through_camdigikey(self, person: Person, page: Page, persona: str) -> Page:
        """From a page whose button begins a sign-in, to the page that moves on after it."""
        page = person.follow(person.press(page, "continue"), until="https://")
        return self.world.approve(person, page, persona)

    def administrator(
        self, role: str = "owner", persona: str = "sophea", clients: tuple[str, ...] = ()
    ) -> Person:
        """Somebody who has accepted an invitation, and is signed in."""
        person = self.world.person()
        page = person.get(self.invite(role, clients))
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


@pytest.fixture
def console(world: World) -> Iterator[Console]:
    """Nobody administers at the beginning, and at the end."""
    found = Console(world)
    yield found
    admin = found.uses.administration.administrators
    services = world.services
    for administrator in admin.all(OPERATOR):
        services.console_sessions.end_all(administrator.id)
        services.administrators.change(
            administrator.id, lambda before, others: replace(before, state="removed")
        )
