"""Deleting and restoring an application in the console, seen by the application and by administrators."""

from __future__ import annotations

import re

import pytest

from bridge.domain.client import Client
from bridge.domain.deleted_client import RESTORABLE_FOR
from bridge.manage import OPERATOR
from tests.console.conftest import Console, Registers, application, with_the_national_number
from tests.support.person import Person
from tests.support.world import World


@pytest.fixture
def owner(console: Console) -> Person:
    return console.administrator()


@pytest.fixture
def app(world: World, registered: Registers) -> Client:
    return registered(
        application("gone-app", "An application that goes", sector_identifier="gone-app.example")
    )


def delete(console: Console, owner: Person) -> None:
    said = console.post(owner, "/admin/applications/gone-app/delete", confirmation="gone-app")
    assert said.location == console.url("/admin/deleted"), said.text


def test_what_it_was_given_before_is_dead_when_it_is_back(
    console: Console, owner: Person, app: Client, world: World
) -> None:
    person = world.person()
    token = world.tokens(world.sign_in(person, "gone-app"), "gone-app")["access_token"]
    unspent = world.sign_in(person, "gone-app")
    assert world.userinfo(token)[0] == 200
    old_secret = world.secrets["gone-app"]
    delete(console, owner)
    assert world.userinfo(token)[0] == 401
    page = console.post(owner, "/admin/deleted/gone-app")
    assert page.status == 200 and "The application is restored" in page.text
    (secret,) = re.findall(r"<code>([A-Za-z0-9_-]{43})</code>", page.text.partition("Discovery")[0])
    assert world.userinfo(token)[0] == 401
    assert secret != old_secret
    assert world.tokens(unspent, "gone-app").status == 401  # RFC 6749 §5.2: by the old secret
    world.secrets["gone-app"] = secret
    assert world.tokens(unspent, "gone-app")["error"] == "invalid_grant"


def test_a_person_agrees_anew_when_it_is_back(
    console: Console, owner: Person, app: Client, world: World
) -> None:
    person = world.person()
    world.sign_in(person, "gone-app")
    delete(console, owner)
    page = person.visit(world.authorize_url("gone-app"), until="https://")
    assert page.status == 400  # there is no such client
    console.post(owner, "/admin/deleted/gone-app")
    page = person.visit(world.authorize_url("gone-app"), until="https://")
    assert page.leads_to("/consent"), page.text


def test_the_list_names_what_can_be_restored(console: Console, owner: Person, app: Client) -> None:
    delete(console, owner)
    page = console.page(owner, "/admin/deleted")
    assert "An application that goes" in page.text
    assert 'action="/admin/deleted/gone-app"' in page.text
    auditor = console.administrator("auditor", "dara")
    seen = console.page(auditor, "/admin/deleted").text
    assert "An application that goes" in seen and "/admin/deleted/gone-app" not in seen


def test_a_claim_that_names_people_for_good_does_not_come_back_by_itself(
    console: Console, owner: Person, registered: Registers
) -> None:
    """Delete and restore would else be a way to a new secret without approval."""
    registered(with_the_national_number("gone-national"))
    console.clients.delete(OPERATOR, "gone-national")
    page = console.post(owner, "/admin/deleted/gone-national")
    assert page.status == 200 and "have to be approved anew" in page.text and "national_id" in page.text
    back = console.world.services.clients.latest("gone-national")
    assert back is not None and back.scope == ("openid",)


def test_restoring_twice_restores_once(console: Console, owner: Person, app: Client) -> None:
    delete(console, owner)
    assert console.post(owner, "/admin/deleted/gone-app").status == 200
    again = console.post(owner, "/admin/deleted/gone-app")
    assert again.status == 422 and "could be restored" in again.text


@pytest.mark.parametrize("query", ["?at=x&before=y", "?at=-1", f"?at={'9' * 99}", "?at=٣", "?before=a"])
def test_a_made_up_place_in_the_list_shows_a_page(console: Console, owner: Person, query: str) -> None:
    assert console.page(owner, f"/admin/deleted{query}").status == 200


def test_what_was_deleted_can_be_registered_by_nobody_under_its_id(
    console: Console, owner: Person, app: Client
) -> None:
    delete(console, owner)
    sent = {"client_id": "gone-app", "client_name": "Taker", "redirect_uris": "https://taker.example/cb"}
    page = console.post(owner, "/admin/new/web", sent)
    assert page.status == 422 and "There was a client gone-app" in page.text
    deleted = console.uses.administration.deleted_clients.page(OPERATOR, limit=1)[0]
    assert deleted.restorable_until == deleted.deleted_at + RESTORABLE_FOR
