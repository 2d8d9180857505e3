"""What kind of page a browser without a screen has come to, and the steps that many journeys take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bridge.domain.client import Client
from bridge.simulator.logins import Login
from tests.support.person import Page, Person
from tests.support.world import World

KEY = re.compile(r'<main data-key="([a-z_]+)"')


def kind(world: World, page: Page) -> str:
    """The name of a page of ours, `camdigikey` on the way there, `code` or `error …` on the way back."""
    if page.location.startswith(world.simulator.web_url):
        return "camdigikey"
    if page.location:
        return "code" if "code" in page.params else f"error {page.params['error']}"
    found = KEY.search(page.text)
    assert found, f"{page.url} ({page.status}) is no page of ours: {page.text[:300]}"
    return found[1] if page.status == 200 else f"{found[1]} {page.status}"


def settle(world: World, person: Person, page: Page) -> Page:
    """Follow redirects as long as they lead to the bridge itself."""
    for _ in range(12):
        if not page.location.startswith(world.issuer):
            return page
        page = person.get(page.location)
    raise AssertionError(f"redirects without end, the last to {page.location}")


def visit(world: World, person: Person, url: str) -> Page:
    """Ask an address, and follow where it leads within the bridge."""
    return settle(world, person, person.get(url))


def press(world: World, person: Person, page: Page, button: str = "continue") -> Page:
    """Press a button, and follow where it leads within the bridge."""
    return settle(world, person, person.press(page, button))


def approved(world: World, person: Person, page: Page, persona: str) -> str:
    """The callback that CamDigiKey's page, where `page` leads, sends this browser to when it is approved."""
    assert kind(world, page) == "camdigikey", page.text[:300]
    with world.approving(persona):
        return person.follow(page, until=world.issuer).location


def login_of(world: World, page: Page) -> Login:
    """What the simulator knows of the login whose page `page` leads to."""
    login = world.simulator.service.login(parse_qs(urlsplit(page.location).query)["token"][0])
    assert login is not None
    return login


def state_of(world: World, page: Page) -> str:
    """The state that CamDigiKey's page, where `page` leads, will bring back; empty in v2."""
    return login_of(world, page).callback_vars.get("state", "")


def forget_consents(world: World) -> None:
    """As if nobody had agreed to anything yet."""
    for persona in world.simulator.service.people.all():
        subject = world.services.subject_key.subject_id(persona.camdigikey_id)
        for client in world.services.clients.all():
            world.services.consents.remove(subject, client.client_id)


def sign_out(world: World, person: Person) -> Page:
    """The person signs out on our own page."""
    return press(world, person, visit(world, person, world.issuer + "/logout"))


@contextmanager
def changed(world: World, client_id: str, **fields: Any) -> Iterator[Client]:
    """The client with other fields for a while."""
    client = world.services.clients.get(client_id)
    assert client is not None
    found = replace(client, **fields)
    world.services.clients.replace(found)
    try:
        yield found
    finally:
        world.services.clients.replace(client)
