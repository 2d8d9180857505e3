"""Where a login ends without a Session here, it ends at CamDigiKey too; and nobody goes on in another's."""

from __future__ import annotations

import secrets
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.support.clocks import with_clock
from tests.support.exchanges import Exchanges
from tests.support.pages import approved, forget_consents, kind, press, visit
from tests.support.person import Page, Person
from tests.support.world import World

CHECK_IS_DUE, REFRESH_IS_DUE = 301, 1801  # seconds after a sign-in


@pytest.fixture(autouse=True)
def nobody_agreed_yet(world: World) -> None:
    forget_consents(world)


@pytest.fixture(params=["v3", "v2"])
def whole(request: pytest.FixtureRequest) -> World:
    found: World = request.getfixturevalue("world" if request.param == "v3" else "world_v2")
    forget_consents(found)
    return found


def away(world: World, person: Person, client_id: str = "own") -> Page:
    """At CamDigiKey's page."""
    return press(world, person, visit(world, person, world.authorize_url(client_id)))


# -- tokens that nobody needs any more -------------------------------------------------------------------


@pytest.mark.parametrize("cookie", [True, False], ids=["a browser of ours", "a new browser"])
def test_a_token_in_a_browser_that_began_nothing_is_ended(
    whole: World, cookie: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DESIGN §6.5: an attacker's approval sent to a victim, or a victim's caught by an attacker."""
    exchanges, sender, receiver = Exchanges(whole, monkeypatch), whole.person(), whole.person()
    callback = approved(whole, sender, away(whole, sender), "sophea")
    if cookie:
        visit(whole, receiver, whole.authorize_url())
    assert kind(whole, visit(whole, receiver, callback)) == "unsolicited_callback 400"
    assert exchanges.alive() == [False]


def test_a_token_without_its_state_is_ended_and_the_login_under_way_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchanges, other, person = Exchanges(world, monkeypatch), world.person(), world.person()
    stray = approved(world, other, away(world, other), "dara")
    here = away(world, person)
    token = urlencode({"authToken": parse_qs(urlsplit(stray).query)["authToken"][0]})
    assert kind(world, visit(world, person, f"{world.issuer}/camdigikey/callback?{token}")) == "problem 400"
    assert exchanges.alive() == [False]
    assert kind(world, visit(world, person, approved(world, person, here, "sophea"))) == "code"


def test_no_this_is_not_me_signs_whoever_came_back_out(
    world_v2: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchanges, person = Exchanges(world_v2, monkeypatch), world_v2.person()
    page = visit(world_v2, person, approved(world_v2, person, away(world_v2, person), "dara"))
    assert kind(world_v2, page) == "confirm"
    assert exchanges.alive() == [True]
    assert kind(world_v2, press(world_v2, person, page, "cancel")) == "sign_in"
    assert exchanges.alive() == [False]


def test_a_yes_leaves_the_token_alive(world_v2: World, monkeypatch: pytest.MonkeyPatch) -> None:
    exchanges, person = Exchanges(world_v2, monkeypatch), world_v2.person()
    page = visit(world_v2, person, approved(world_v2, person, away(world_v2, person), "dara"))
    assert kind(world_v2, press(world_v2, person, page)) == "code"
    assert exchanges.alive() == [True]


# -- asked silently, CamDigiKey is left in peace ---------------------------------------------------------


@pytest.mark.parametrize(
    ("ahead", "operations"), [(CHECK_IS_DUE, {"status"}), (REFRESH_IS_DUE, {"refresh", "status"})]
)
def test_prompt_none_makes_no_call_though_one_is_due(world: World, ahead: int, operations: set[str]) -> None:
    """DESIGN §6.2. The same request without it makes the calls: so they were due."""
    moved, clock = with_clock(world)
    person = moved.person()
    moved.sign_in(person, "own")
    clock.ahead = ahead
    before = calls(moved)
    assert kind(moved, visit(moved, person, moved.authorize_url("own", prompt="none"))) == "code"
    assert calls(moved) == before
    assert kind(moved, visit(moved, person, moved.authorize_url("own"))) == "code"
    asked = calls(moved)
    assert {name for name in asked if asked[name] != before.get(name, 0)} == operations


def calls(world: World) -> dict[str, int]:
    found: dict[str, int] = world.control("GET", "/state")["calls"]
    return found


# -- nobody goes on in another's login -------------------------------------------------------------------


@pytest.mark.parametrize("browser", ["a browser of ours", "a new browser"])
@pytest.mark.parametrize("path", ["error?errorCode=x", "callback?authToken="])
def test_a_dead_end_offers_no_login_of_another_browser(whole: World, path: str, browser: str) -> None:
    """Whoever gets hold of the name of a Handoff (the cookie `handoff`) learns and can do nothing by it."""
    victim, attacker = whole.person(), whole.person()
    away(whole, victim, "web")
    known = victim.bridge.get_cookie("bridge_handoff", "127.0.0.1")
    assert known is not None
    own = visit(whole, victim, f"{whole.issuer}/camdigikey/error?errorCode=x")
    assert (kind(whole, own), own.has("cancel")) == ("problem 400", True), "its own browser is offered it"
    if browser == "a browser of ours":
        visit(whole, attacker, whole.authorize_url("own"))
    attacker.bridge.set_cookie("bridge_handoff", known.value, domain="127.0.0.1")
    forged = secrets.token_urlsafe(8) if path.endswith("=") else ""
    page = visit(whole, attacker, f"{whole.issuer}/camdigikey/{path}{forged}")
    assert kind(whole, page) in ("not_completed 400", "unsolicited_callback 400")
    assert not page.has("cancel")
    assert "Ministry portal" not in page.text


def sealed_as_agreed_by(world: World, page: Page, camdigikey_id: str) -> str:
    """The page's address, as it would be after this person had agreed in its Interaction."""
    sealed = world.services.interactions
    interaction = sealed.unseal(parse_qs(urlsplit(page.url).query)["i"][0])
    subject = world.services.subject_key.subject_id(camdigikey_id)
    return f"{world.issuer}/login?i={sealed.seal(replace(interaction, consented_by=subject))}"


def camdigikey_id(world: World, persona: str) -> str:
    (found,) = [known for known in world.simulator.service.people.all() if known.slug == persona]
    return found.camdigikey_id


def test_what_another_person_agreed_to_in_the_same_interaction_is_asked_again(whole: World) -> None:
    """Two people at one computer, and the address of a sign-in from the browser's history."""
    person = whole.person()
    whole.sign_in(person, "own")
    page = visit(whole, person, whole.authorize_url("web"))
    assert kind(whole, page) == "consent"
    by_another = sealed_as_agreed_by(whole, page, camdigikey_id(whole, "dara"))
    assert kind(whole, visit(whole, person, by_another)) == "consent"
    by_herself = sealed_as_agreed_by(whole, page, camdigikey_id(whole, "sophea"))
    assert kind(whole, visit(whole, person, by_herself)) == "code"


def test_a_consent_page_speaks_for_the_session_it_was_shown_to_alone(whole: World) -> None:
    """Another person signed in in a second tab; the button of the first one's page agrees to nothing."""
    person = whole.person()
    whole.sign_in(person, "own")
    shown = visit(whole, person, whole.authorize_url("web"))
    assert kind(whole, shown) == "consent"
    whole.sign_in(person, "own", "dara", prompt="select_account")
    answer = person.press(shown, "continue")
    assert kind(whole, answer) == "csrf 403"
    assert kind(whole, visit(whole, person, whole.authorize_url("web"))) == "consent"
