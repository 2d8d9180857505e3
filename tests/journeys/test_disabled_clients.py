"""A client is disabled while somebody signs in for it: the login ends where it is, and nothing is left."""

from __future__ import annotations

import pytest

from tests.support.exchanges import Exchanges
from tests.support.pages import approved, changed, forget_consents, kind, press, visit
from tests.support.person import Page, Person
from tests.support.world import World

GONE = "unknown_client 400"


@pytest.fixture(params=["v3", "v2"])
def whole(request: pytest.FixtureRequest) -> World:
    world: World = request.getfixturevalue("world" if request.param == "v3" else "world_v2")
    forget_consents(world)
    return world


def calls(world: World) -> dict[str, int]:
    """What CamDigiKey was asked, and how often."""
    found: dict[str, int] = world.control("GET", "/state")["calls"]
    return found


def session_cookie(person: Person) -> object:
    return person.bridge.get_cookie("bridge_session", "127.0.0.1")


def nobody_is_signed_in(world: World, person: Person) -> bool:
    """Asked by another application, silently."""
    return (
        kind(world, visit(world, person, world.authorize_url("own", prompt="none"))) == "error login_required"
    )


@pytest.mark.parametrize("button", ["continue", "cancel"])
def test_at_the_page_before_camdigikey_it_leads_nowhere(whole: World, button: str) -> None:
    person = whole.person()
    page = visit(whole, person, whole.authorize_url())
    before = calls(whole)
    with changed(whole, "web", enabled=False):
        answer = person.press(page, button)
    assert (kind(whole, answer), answer.location) == (GONE, "")
    assert calls(whole) == before


def test_its_address_shows_the_page_no_more(whole: World) -> None:
    person = whole.person()
    page = visit(whole, person, whole.authorize_url())
    with changed(whole, "web", enabled=False):
        assert kind(whole, visit(whole, person, page.url)) == GONE
    assert kind(whole, visit(whole, person, page.url)) == "sign_in"


def test_at_the_callback_nobody_is_signed_in_and_their_token_is_ended(
    whole: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchanges, person = Exchanges(whole, monkeypatch), whole.person()
    page = press(whole, person, visit(whole, person, whole.authorize_url()))
    callback = approved(whole, person, page, "sophea")
    with changed(whole, "web", enabled=False):
        answer = person.get(callback)
    assert (kind(whole, answer), answer.location) == (GONE, "")
    assert exchanges.alive() == [False]
    assert session_cookie(person) is None
    assert nobody_is_signed_in(whole, person)


def confirming(world: World, person: Person) -> Page:
    page = press(world, person, visit(world, person, world.authorize_url()))
    page = visit(world, person, approved(world, person, page, "sophea"))
    assert kind(world, page) == "confirm"
    return page


def test_at_the_confirm_page_nobody_is_signed_in_and_their_token_is_ended(
    world_v2: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_consents(world_v2)
    exchanges, person = Exchanges(world_v2, monkeypatch), world_v2.person()
    page = confirming(world_v2, person)
    with changed(world_v2, "web", enabled=False):
        assert kind(world_v2, visit(world_v2, person, page.url)) == GONE
        assert exchanges.alive() == [True], "nothing was pressed yet"
        answer = person.press(page, "continue")
    assert (kind(world_v2, answer), answer.location) == (GONE, "")
    assert exchanges.alive() == [False]
    assert session_cookie(person) is None
    assert nobody_is_signed_in(world_v2, person)


def test_this_is_not_me_ends_the_token_all_the_same(world_v2: World, monkeypatch: pytest.MonkeyPatch) -> None:
    exchanges, person = Exchanges(world_v2, monkeypatch), world_v2.person()
    page = confirming(world_v2, person)
    with changed(world_v2, "web", enabled=False):
        assert kind(world_v2, press(world_v2, person, page, "cancel")) == GONE
    assert exchanges.alive() == [False]


@pytest.mark.parametrize("button", ["continue", "cancel"])
def test_at_the_consent_page_nothing_is_agreed_to_and_no_code_is_given(whole: World, button: str) -> None:
    person = whole.person()
    page = whole.approve(person, visit(whole, person, whole.authorize_url()))
    page = press(whole, person, page) if kind(whole, page) == "confirm" else page
    assert kind(whole, page) == "consent"
    with changed(whole, "web", enabled=False):
        assert kind(whole, visit(whole, person, page.url)) == GONE
        answer = person.press(page, button)
    assert (kind(whole, answer), answer.location) == (GONE, "")
    assert kind(whole, visit(whole, person, whole.authorize_url())) == "consent", "nothing was kept"


def test_single_sign_on_does_not_serve_it(whole: World) -> None:
    person = whole.person()
    whole.sign_in(person)
    with changed(whole, "web", enabled=False):
        for prompt in (None, "none"):
            assert kind(whole, visit(whole, person, whole.authorize_url(prompt=prompt))) == GONE


def test_its_code_is_not_exchanged(whole: World) -> None:
    code = whole.sign_in(whole.person())
    with changed(whole, "web", enabled=False):
        refused = whole.tokens(code)
    assert (refused.status, refused["error"]) == (401, "invalid_client")
    assert whole.tokens(code).status == 200, "it was left as it was"


def test_what_it_was_given_before_brings_nothing_more(whole: World) -> None:
    tokens = whole.tokens(whole.sign_in(whole.person()))
    with changed(whole, "web", enabled=False):
        assert whole.userinfo(tokens["access_token"])[0] == 401
        refreshed = whole.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert (refreshed.status, refreshed["error"]) == (401, "invalid_client")
