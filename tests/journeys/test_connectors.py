"""Several CamDigiKey accounts: each client's people go by its own, and come back by that one alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bridge.app import create_app
from bridge.domain.ids import ConnectorId
from bridge.wiring.connectors import close_connectors, connectors_of
from tests.support.pages import approved, changed, kind, press, visit
from tests.support.world import World

TRIAL = ConnectorId("trial")


@pytest.fixture
def accounts(world: World) -> Iterator[World]:
    """The world with a second account, by which the people of `own` sign in."""
    trial = world.settings.camdigikey.model_copy(update={"amr": ("app",)})
    settings = world.settings.model_copy(update={"connectors": {TRIAL: trial}})
    services = replace(world.services, connectors=connectors_of(settings))
    try:
        with changed(world, "own", connector=TRIAL):
            app = create_app(settings, services)
            yield replace(world, app=app, settings=settings, services=services)
    finally:
        close_connectors(services.connectors)


def callback_of(world: World, client_id: str) -> str:
    """Where CamDigiKey sends somebody who has approved for this client, up to the query."""
    person = world.person()
    page = press(world, person, visit(world, person, world.authorize_url(client_id)))
    return approved(world, person, page, "sophea").partition("?")[0]


def test_each_account_has_a_callback_of_its_own(accounts: World) -> None:
    assert callback_of(accounts, "web") == accounts.issuer + "/camdigikey/callback"
    assert callback_of(accounts, "own") == accounts.issuer + "/camdigikey/trial/callback"


def test_a_person_signs_in_by_the_clients_account_and_its_amr_is_told(accounts: World) -> None:
    id_tokens = {}
    for client_id in ("web", "own"):
        page = accounts.sign_in(accounts.person(), client_id)
        id_tokens[client_id] = accounts.tokens(page, client_id).id_token
    assert "amr" not in id_tokens["web"]
    assert id_tokens["own"]["amr"] == ["app"]


def test_an_answer_at_another_accounts_callback_has_no_handoff(accounts: World) -> None:
    person = accounts.person()
    page = press(accounts, person, visit(accounts, person, accounts.authorize_url("own")))
    callback = approved(accounts, person, page, "sophea")
    other_callback = callback.replace("/camdigikey/trial/callback", "/camdigikey/callback")
    assert kind(accounts, visit(accounts, person, other_callback)) == "unsolicited_callback 400"


def test_an_account_that_nobody_has_set_up_has_no_callback(accounts: World) -> None:
    page = accounts.person().get(accounts.issuer + "/camdigikey/nobody/callback?authToken=x")
    assert kind(accounts, page) == "not_found 404"


def test_where_a_clients_account_is_gone_nobody_signs_in_by_another_one(world: World) -> None:
    with changed(world, "own", connector=TRIAL):
        page = visit(world, world.person(), world.authorize_url("own"))
    assert kind(world, page) == "unavailable 503"
