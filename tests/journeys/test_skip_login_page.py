"""Clients whose people go to CamDigiKey without our page before it: skip_login_page (DESIGN §6.3)."""

from __future__ import annotations

import pytest

from tests.support.pages import approved, changed, kind, visit
from tests.support.world import World

NAVIGATION = {"Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document", "Sec_Fetch_Site": "cross-site"}


def test_a_client_may_be_spared_the_page_before_camdigikey(world: World) -> None:
    with changed(world, "own", skip_login_page=True):
        person = world.person()
        page = person.get(world.authorize_url("own"), **NAVIGATION)
        assert kind(world, page) == "camdigikey"
        assert kind(world, visit(world, person, approved(world, person, page, "sophea"))) == "code"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {**NAVIGATION, "Sec_Fetch_Dest": "iframe"},
        {**NAVIGATION, "Sec_Fetch_Dest": "object"},
        {**NAVIGATION, "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "image"},
    ],
    ids=["no headers", "frame", "object", "image"],
)
def test_only_a_navigation_of_the_whole_page_skips_the_login_page(
    world: World, headers: dict[str, str]
) -> None:
    calls = world.control("GET", "/state")["calls"]
    with changed(world, "own", skip_login_page=True):
        page = world.person().get(world.authorize_url("own"), **headers)
    assert kind(world, page) == "sign_in"
    assert world.control("GET", "/state")["calls"] == calls


@pytest.mark.parametrize("name", ["Sec_Purpose", "Purpose", "X_Moz"])
def test_a_prefetch_begins_nothing(world: World, name: str) -> None:
    calls = world.control("GET", "/state")["calls"]
    with changed(world, "own", skip_login_page=True):
        for client_id in ("own", "web"):
            page = world.person().get(world.authorize_url(client_id), **NAVIGATION, **{name: "prefetch"})
            assert (page.status, page.location) == (403, "")
    assert world.control("GET", "/state")["calls"] == calls


def test_head_begins_nothing(world: World) -> None:
    with changed(world, "own", skip_login_page=True):
        said = world.app.test_client().head(world.authorize_url("own"), base_url=world.issuer)
    assert (said.status_code, said.headers["Allow"]) == (405, "GET, POST")


def test_in_v2_nobody_skips_the_login_page(world_v2: World) -> None:
    with changed(world_v2, "own", skip_login_page=True):
        page = world_v2.person().get(world_v2.authorize_url("own"), **NAVIGATION)
    assert kind(world_v2, page) == "sign_in"


def test_a_problem_of_a_client_that_skips_the_login_page_is_a_page_and_no_circle(world: World) -> None:
    world.control("POST", "/faults", operation="login_token", kind="500")
    with changed(world, "own", skip_login_page=True):
        person = world.person()
        page = visit(world, person, person.get(world.authorize_url("own"), **NAVIGATION).location)
        assert kind(world, page) == "problem"
        assert kind(world, person.get(page.link("continue"), **NAVIGATION)) == "camdigikey"


def test_no_site_can_end_a_login_at_camdigikey_by_a_link(world: World) -> None:
    """DESIGN §6.11: with prompt=login and a live Session the page before CamDigiKey wants a click."""
    with changed(world, "own", skip_login_page=True):
        person = world.person()
        world.sign_in(person, "own")
        calls = world.control("GET", "/state")["calls"]
        page = person.get(world.authorize_url("own", prompt="login"), **NAVIGATION)
    assert kind(world, page) == "sign_in"
    assert world.control("GET", "/state")["calls"] == calls
