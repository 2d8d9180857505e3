"""What a press does: only what its page showed, once that was seen, and the same however often it comes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from time import time

import pytest

from bridge.app import create_app
from bridge.domain.ids import ClientId
from tests.support.memory import SetClock
from tests.support.pages import approved, changed, forget_consents, kind, press, settle, sign_out, visit
from tests.support.person import Page, Person
from tests.support.world import World

AGAIN = re.compile(r'name="again" value="([^"]+)"')
Reach = Callable[[World, Person], Page]


@pytest.fixture(params=["v3", "v2"])
def any_world(request: pytest.FixtureRequest) -> World:
    world: World = request.getfixturevalue("world" if request.param == "v3" else "world_v2")
    forget_consents(world)
    return world


@pytest.fixture
def clock() -> SetClock:
    return SetClock(time())


@pytest.fixture
def clocked(any_world: World, clock: SetClock) -> World:
    """The same world, by a clock that is set."""
    services = replace(any_world.services, clock=clock)
    return replace(any_world, app=create_app(any_world.settings, services), services=services)


def to_sign_in(world: World, person: Person) -> Page:
    return visit(world, person, world.authorize_url())


def to_camdigikey(world: World, person: Person) -> Page:
    return press(world, person, to_sign_in(world, person))


def to_confirm(world: World, person: Person) -> Page:
    """In v3 it is asked where somebody has signed out in this browser."""
    if world.connector.capabilities.carries_state:
        world.sign_in(person, "own")
        sign_out(world, person)
    page = visit(world, person, approved(world, person, to_camdigikey(world, person), "sophea"))
    assert kind(world, page) == "confirm"
    return page


def to_consent(world: World, person: Person) -> Page:
    page = visit(world, person, approved(world, person, to_camdigikey(world, person), "sophea"))
    if kind(world, page) == "confirm":
        page = press(world, person, page)
    assert kind(world, page) == "consent"
    return page


def to_sign_out(world: World, person: Person) -> Page:
    world.sign_in(person, "own")
    return visit(world, person, world.issuer + "/logout")


def to_replace(world: World, person: Person) -> Page:
    """Another sign-in of this browser is under way (v2)."""
    to_camdigikey(world, person)
    page = press(world, person, visit(world, person, world.authorize_url(state="another")))
    assert kind(world, page) == "already_under_way"
    return page


def lose_the_session(person: Person) -> str:
    """As where the browser has dropped the answer that set its cookie."""
    cookie = person.bridge.get_cookie("bridge_session", "127.0.0.1")
    assert cookie is not None
    person.bridge.delete_cookie("bridge_session", domain="127.0.0.1")
    return cookie.value


def session_of(person: Person) -> str | None:
    cookie = person.bridge.get_cookie("bridge_session", "127.0.0.1")
    return cookie.value if cookie is not None else None


# -- a page has to be seen first ------------------------------------------------------------------------

SEEN: dict[str, tuple[Reach, str, str, str]] = {  # how it is reached, its kind, its button, what comes of it
    "start": (to_sign_in, "sign_in", "continue", "camdigikey"),
    "confirm": (to_confirm, "confirm", "continue", "consent"),
    "consent": (to_consent, "consent", "continue", "code"),
    "not me": (to_consent, "consent", "not-me", "sign_in"),
    "sign out": (to_sign_out, "logout_confirm", "continue", "signed_out"),
}


def unseen(world: World, person: Person, page: Page, button: str = "continue", **more: str) -> Page:
    """Press without the mark that static/rest.js adds."""
    form = page.form(button)
    fields = {name: value for name, value in form.fields.items() if name != "rested"}
    return settle(world, person, person.post(world.issuer + form.action, {**fields, **more}))


@pytest.mark.parametrize("what", SEEN)
def test_without_scripts_a_press_counts_on_the_second_page_after_a_moment(
    clocked: World, clock: SetClock, what: str
) -> None:
    reach, shown, button, done = SEEN[what]
    person = clocked.person()
    page = reach(clocked, person)
    again = unseen(clocked, person, page, button)
    assert kind(clocked, again) == shown
    clock.now += 0.69
    again = unseen(clocked, person, again, button)  # too early: and the page again, with a time of its own
    assert kind(clocked, again) == shown
    clock.now += 0.71
    assert kind(clocked, unseen(clocked, person, again, button)) == done


def test_the_page_that_asks_before_another_sign_in_ends_has_to_be_seen_too(
    world_v2: World, clock: SetClock
) -> None:
    services = replace(world_v2.services, clock=clock)
    clocked = replace(world_v2, app=create_app(world_v2.settings, services), services=services)
    person = clocked.person()
    again = unseen(clocked, person, to_replace(clocked, person))
    assert kind(clocked, again) == "already_under_way"
    clock.now += 0.8
    assert kind(clocked, unseen(clocked, person, again)) == "camdigikey"


def test_who_goes_back_waits_for_nothing(any_world: World) -> None:
    for reach in (to_sign_in, to_consent):
        person = any_world.person()
        page = reach(any_world, person)
        assert kind(any_world, unseen(any_world, person, page, "cancel")) == "error access_denied"


def test_the_time_of_a_page_is_of_its_browser_its_action_and_ten_minutes(
    clocked: World, clock: SetClock
) -> None:
    person, other = clocked.person(), clocked.person()
    page = to_sign_in(clocked, other)
    found = AGAIN.search(unseen(clocked, other, page).text)
    assert found
    clock.now += 1
    mine = to_sign_in(clocked, person)
    assert kind(clocked, unseen(clocked, person, mine, again=found[1])) == "sign_in"
    asked = to_sign_out(clocked, other)
    assert kind(clocked, unseen(clocked, other, asked, again=found[1])) == "logout_confirm"
    sign_out(clocked, other)
    clock.now += 600
    assert kind(clocked, unseen(clocked, other, page, again=found[1])) == "sign_in"
    assert kind(clocked, unseen(clocked, other, page, again="made up")) == "sign_in"


# -- the first press decides ----------------------------------------------------------------------------


@pytest.mark.parametrize("second", ["continue", "cancel"])
@pytest.mark.parametrize("first", ["continue", "cancel"])
def test_consent_pressed_again_gets_the_same_answer(any_world: World, first: str, second: str) -> None:
    person = any_world.person()
    page = to_consent(any_world, person)
    said = press(any_world, person, page, first)
    assert kind(any_world, said) == ("code" if first == "continue" else "error access_denied")
    assert press(any_world, person, page, second).location == said.location
    asked = "code" if first == "continue" else "consent"  # nobody shares by a second press
    assert kind(any_world, visit(any_world, person, any_world.authorize_url(state="another"))) == asked
    if first == "continue":
        assert any_world.tokens(said).status == 200


@pytest.mark.parametrize("second", ["continue", "cancel"])
def test_who_goes_back_before_the_sign_in_has_gone_back(any_world: World, second: str) -> None:
    person = any_world.person()
    page = to_sign_in(any_world, person)
    said = press(any_world, person, page, "cancel")
    assert kind(any_world, said) == "error access_denied"
    assert press(any_world, person, page, second).location == said.location
    again = visit(any_world, person, any_world.authorize_url())
    assert kind(any_world, press(any_world, person, again)) == "camdigikey"


def test_who_approves_after_they_went_back_is_not_told_no(any_world: World) -> None:
    person = any_world.person()
    page = to_sign_in(any_world, person)
    away = press(any_world, person, page)
    press(any_world, person, page, "cancel")
    back = visit(any_world, person, approved(any_world, person, away, "sophea"))
    if kind(any_world, back) == "confirm":
        back = press(any_world, person, back)
    assert kind(any_world, back) == "consent"


def test_once_the_code_is_redeemed_or_the_person_signed_out_the_request_begins_anew(
    any_world: World,
) -> None:
    person = any_world.person()
    page = to_consent(any_world, person)
    first = press(any_world, person, page)
    assert any_world.tokens(first).status == 200
    again = press(any_world, person, page)
    assert kind(any_world, again) == "code" and again.params["code"] != first.params["code"]
    assert again.params["state"] == first.params["state"]
    assert any_world.tokens(again).status == 200
    sign_out(any_world, person)
    assert kind(any_world, press(any_world, person, page)) == "sign_in"


def test_a_minute_later_too(clocked: World, clock: SetClock) -> None:
    person = clocked.person()
    with changed(clocked, "web", lifetimes={"code": 300}):
        page = to_consent(clocked, person)
        first = press(clocked, person, page)
        clock.now += 61
        again = press(clocked, person, page)
    assert kind(clocked, again) == "code" and again.params["code"] != first.params["code"]


@pytest.mark.parametrize("lost", ["the answer", "nothing"])
@pytest.mark.parametrize("second", ["continue", "cancel"])
def test_yes_pressed_again_goes_on_in_the_same_session(any_world: World, second: str, lost: str) -> None:
    person = any_world.person()
    page = to_confirm(any_world, person)
    assert kind(any_world, press(any_world, person, page)) == "consent"
    first = lose_the_session(person) if lost == "the answer" else session_of(person)
    assert kind(any_world, press(any_world, person, page, second)) == "consent"
    assert session_of(person) == first


def test_yes_pressed_again_gets_the_code_again(any_world: World) -> None:
    person = any_world.person()
    press(any_world, person, to_consent(any_world, person))
    sign_out(any_world, person)
    page = visit(any_world, person, approved(any_world, person, to_camdigikey(any_world, person), "sophea"))
    first = press(any_world, person, page)
    assert kind(any_world, first) == "code"
    lose_the_session(person)
    assert press(any_world, person, page).location == first.location
    assert any_world.tokens(first).status == 200


@pytest.mark.parametrize("second", ["continue", "cancel"])
def test_no_pressed_first_signs_nobody_in(any_world: World, second: str) -> None:
    person = any_world.person()
    page = to_confirm(any_world, person)
    assert kind(any_world, press(any_world, person, page, "cancel")) == "sign_in"
    assert kind(any_world, press(any_world, person, page, second)) == "sign_in"
    assert session_of(person) is None


def test_yes_after_signing_out_signs_nobody_in(any_world: World) -> None:
    person = any_world.person()
    page = to_confirm(any_world, person)
    press(any_world, person, page)
    sign_out(any_world, person)
    assert kind(any_world, press(any_world, person, page)) == "sign_in"
    assert session_of(person) is None


def test_the_page_is_this_you_of_before_leads_on(any_world: World) -> None:
    person = any_world.person()
    page = to_confirm(any_world, person)
    press(any_world, person, page)
    assert kind(any_world, visit(any_world, person, page.url)) == "consent"


def test_start_pressed_twice_leads_to_camdigikey_twice(any_world: World) -> None:
    person = any_world.person()
    page = to_sign_in(any_world, person)
    first, second = press(any_world, person, page), press(any_world, person, page)
    assert kind(any_world, first) == kind(any_world, second) == "camdigikey"
    if not any_world.connector.capabilities.carries_state:  # where a browser has but one trip at a time
        assert second.location == first.location
    back = visit(any_world, person, approved(any_world, person, first, "sophea"))
    assert kind(any_world, back) in ("consent", "confirm")


def test_the_callback_again_gets_its_answer_and_the_cookie_that_was_lost(world: World) -> None:
    person = world.person()
    page = press(world, person, visit(world, person, world.authorize_url("own")))
    callback = approved(world, person, page, "sophea")
    first = person.get(callback)
    assert kind(world, first) == "code"
    session = lose_the_session(person)
    assert person.get(callback).location == first.location
    assert session_of(person) == session
    sign_out(world, person)
    assert kind(world, visit(world, person, callback)) == "sign_in"
    assert session_of(person) is None


def test_a_form_that_is_posted_to_the_application_comes_again_too(world: World) -> None:
    """Its page is at an address of its own, which F5 asks again."""
    person = world.person()
    page = press(world, person, visit(world, person, world.authorize_url("own", response_mode="form_post")))
    shown = visit(world, person, approved(world, person, page, "sophea"))
    again = person.get(shown.url)
    assert kind(world, shown) == kind(world, again) == "form_post"
    assert again.form("continue").fields == shown.form("continue").fields


def test_signing_out_twice_signs_out(any_world: World) -> None:
    person = any_world.person()
    page = to_sign_out(any_world, person)
    assert kind(any_world, press(any_world, person, page)) == "signed_out"
    assert kind(any_world, press(any_world, person, page)) == "signed_out"


# -- who is signed in -----------------------------------------------------------------------------------


def test_the_page_that_follows_the_approval_names_who_is_signed_in(any_world: World) -> None:
    page = to_consent(any_world, any_world.person())
    assert "S••• C•••" in page.text
    assert "SOPHEA" not in page.text


@pytest.mark.parametrize("times", [1, 2])
def test_who_is_somebody_else_signs_that_one_out_and_begins_anew(any_world: World, times: int) -> None:
    person = any_world.person()
    page = to_consent(any_world, person)
    for _ in range(times):
        begun = press(any_world, person, page, "not-me")
        assert kind(any_world, begun) == "sign_in"
    assert session_of(person) is None
    assert kind(any_world, press(any_world, person, page)) == "sign_in", "the page of before gives nothing"
    back = visit(any_world, person, approved(any_world, person, press(any_world, person, begun), "dara"))
    assert kind(any_world, back) == "confirm", "somebody has just signed out here"
    last = press(any_world, person, press(any_world, person, back))
    assert kind(any_world, last) == "code"
    assert last.params["state"] == "st-ate"


# -- no more than the page showed -----------------------------------------------------------------------


def test_a_registration_that_widens_under_an_open_page_gives_no_more(world: World) -> None:
    forget_consents(world)
    person = world.person()
    with changed(world, "web", claims=("name",)):
        page = to_consent(world, person)
    answer = press(world, person, page)
    tokens = world.tokens(answer)
    _, said = world.userinfo(tokens["access_token"])
    assert set(said) == {"sub", "name", "name#km"}
    assert kind(world, visit(world, person, world.authorize_url(state="another"))) == "consent"


def test_what_a_page_showed_is_sealed_and_of_its_own_sign_in_and_person(world: World) -> None:
    forget_consents(world)
    person = world.person()
    wide = to_consent(world, person)
    with changed(world, "web", claims=("name",)):
        narrow = visit(world, person, world.authorize_url(state="another"))
    assert kind(world, narrow) == "consent"
    for shown in (wide.form("continue").fields["shown"], "made up", ""):
        form = narrow.form("continue")
        said = settle(world, person, person.post(world.issuer + form.action, {**form.fields, "shown": shown}))
        assert kind(world, said) == "consent"


# -- who may keep hold of the window --------------------------------------------------------------------


def test_every_page_of_a_sign_in_cuts_the_opener_off_but_for_pop_ups(world: World) -> None:
    forget_consents(world)

    def policies(client_id: str) -> set[str]:
        person = world.person()
        first = person.get(world.authorize_url(client_id))
        away = person.press(first, "continue")
        consent = visit(world, person, approved(world, person, away, "sophea"))
        posted = person.get(world.authorize_url(client_id, prompt="none", response_mode="form_post"))
        bye = person.get(f"{world.issuer}/logout?client_id={client_id}")
        elsewhere = visit(world, world.person(), consent.url)
        pages = (first, consent, posted, bye, elsewhere)
        kinds = ["sign_in", "consent", "form_post", "logout_confirm", "opened_elsewhere 400"]
        assert [kind(world, page) for page in pages] == kinds
        return {page.headers["Cross-Origin-Opener-Policy"] for page in pages}

    assert policies("web") == {"same-origin"}
    with changed(world, "web", popups=True):
        assert policies("web") == {"unsafe-none"}
    for path in ("/", "/nowhere", "/camdigikey/error"):
        assert world.person().get(world.issuer + path).headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_no_redirect_cuts_the_tie_of_a_pop_up(world: World) -> None:
    """One answer on the way that cuts it cuts it for good."""
    with changed(world, "own", popups=True):
        person = world.person()
        away = person.press(person.get(world.authorize_url("own")), "continue")
        back = person.get(approved(world, person, away, "sophea"))
        again = person.get(world.authorize_url("own"))
    for page in (away, back, again):
        assert page.location
        assert page.headers.get("Cross-Origin-Opener-Policy", "unsafe-none") == "unsafe-none"
    assert world.services.clients.get(ClientId("own")) is not None
