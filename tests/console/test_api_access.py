"""Scopes of the administration API in the console: an owner grants them, who has just signed in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.domain.administrator import Role
from bridge.domain.client import Client
from bridge.manage.versions import version_of
from tests.console.conftest import Console, Registers, application
from tests.support.person import Page, Person

GRANTED = "bridge.admin.clients"
DATA, LET_IN = "/admin/applications/robot/data", "/admin/applications/robot/enable"


@pytest.fixture
def owner(console: Console) -> Person:
    return console.administrator()


@pytest.fixture
def robot(console: Console, registered: Registers) -> Client:
    service = replace(
        application("robot", "Robot", sector_identifier="robot"),
        redirect_uris=(),
        grant_types=("client_credentials",),
        scope=("reports.read",),
    )
    return registered(service)


def now(console: Console) -> Client:
    found = console.world.services.clients.latest("robot")
    assert found is not None
    return found


def grant(console: Console, person: Person) -> Page:
    fields = {"version": version_of(now(console)), "scope.more": GRANTED, "subject_type": "pairwise"}
    return console.post(person, DATA, fields)


def test_an_owner_who_has_just_signed_in_grants_them(console: Console, owner: Person, robot: Client) -> None:
    assert grant(console, owner).status == 303
    assert now(console).scope == (GRANTED,)


def test_the_form_offers_them_to_who_acts_for_itself_alone(
    console: Console, owner: Person, robot: Client, registered: Registers
) -> None:
    registered(application("portal", "Portal", sector_identifier="portal.example"))
    assert GRANTED in console.page(owner, DATA).text
    assert GRANTED not in console.page(owner, "/admin/applications/portal/data").text


def test_with_an_older_sign_in_it_waits_for_a_fresh_one(
    console: Console, owner: Person, robot: Client
) -> None:
    console.ago(owner, auth_time=301)
    page = grant(console, owner)
    assert page.status == 200 and "console-sign_in_again" in page.text
    assert now(console) == robot
    new = {"client_id": "new-robot", "client_name": "New", "scope": GRANTED}
    page = console.post(owner, "/admin/new/service", new)
    assert "console-sign_in_again" in page.text
    assert console.world.services.clients.latest("new-robot") is None


def test_whatever_else_is_changed_of_one_that_administers_waits_too(
    console: Console, owner: Person, robot: Client
) -> None:
    assert grant(console, owner).status == 303
    console.post(owner, "/admin/applications/robot/disable")
    console.ago(owner, auth_time=301)
    assert "console-sign_in_again" in console.post(owner, LET_IN).text
    assert not now(console).enabled


@pytest.mark.parametrize("role", ("operator", "maintainer"))
def test_nobody_else_does(console: Console, owner: Person, robot: Client, role: Role) -> None:
    console.make(owner, role=role, clients=("robot",) if role == "maintainer" else ())
    page = grant(console, owner)
    assert page.status == 403 and "console-message" in page.text
    assert now(console) == robot
