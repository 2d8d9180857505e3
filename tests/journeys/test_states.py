"""Whatever a person does at whatever point of a sign-in, a page answers that they can go on from."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from bridge.domain.interaction import Interaction
from bridge.stores.redis import Redis, layout
from tests.journeys.states import TABLE
from tests.support.pages import approved, forget_consents, kind, press, sign_out, state_of, visit
from tests.support.person import Page, Person
from tests.support.world import World

OLD = 31 * 60  # seconds


@dataclass(frozen=True)
class Walk:
    """A sign-in that has come to some state."""

    world: World
    person: Person
    start: str  # the application's link
    sign_in: Page  # the page before CamDigiKey
    here: Page  # where the browser is, or where it was last before it left us
    callback: str = ""  # taken already
    state: str = ""  # of the Handoff
    others: tuple[str, ...] = field(default=())  # a spent callback and approvals of others

    @property
    def address(self) -> str:
        """The sealed address of the sign-in."""
        return self.sign_in.url


# -- the states -----------------------------------------------------------------------------------------


def before(world: World) -> Walk:
    person = world.person()
    start = world.authorize_url()
    page = visit(world, person, start)
    assert kind(world, page) == "sign_in"
    return Walk(world, person, start, page, page)


def away(world: World) -> Walk:
    walk = before(world)
    page = press(world, walk.person, walk.sign_in)
    return replace(walk, here=page, state=state_of(world, page))


def returned(walk: Walk) -> Walk:
    callback = approved(walk.world, walk.person, walk.here, "sophea")
    return replace(walk, callback=callback, here=visit(walk.world, walk.person, callback))


def confirming(world: World) -> Walk:
    walk = before(world)
    if world.connector.capabilities.carries_state:  # v3 asks only where somebody has signed out
        world.sign_in(walk.person, "own")
        sign_out(world, walk.person)
    page = press(world, walk.person, walk.sign_in)
    walk = returned(replace(walk, here=page, state=state_of(world, page)))
    assert kind(world, walk.here) == "confirm"
    return walk


def consenting(world: World) -> Walk:
    walk = returned(away(world))
    if kind(world, walk.here) == "confirm":
        walk = replace(walk, here=press(world, walk.person, walk.here))
    assert kind(world, walk.here) == "consent"
    return walk


def finished(world: World) -> Walk:
    walk = consenting(world)
    assert kind(world, press(world, walk.person, walk.here)) == "code"
    return walk


def expired(world: World) -> Walk:
    walk = away(world)
    key = walk.person.bridge.get_cookie("bridge_handoff", "127.0.0.1")
    assert key is not None
    assert redis_of(world).command("DEL", layout.handoff(key.value)), "the Handoff was not there"
    sealed = world.services.interactions
    old = interaction_of(world, walk.sign_in)
    text = sealed.seal(replace(old, created_at=old.created_at - OLD))
    form = walk.sign_in.form("continue")
    page = replace(
        walk.sign_in,
        url=f"{world.issuer}/login?i={text}",
        text=walk.sign_in.text.replace(form.fields["i"], text),
    )
    return replace(walk, sign_in=page, here=replace(page))  # not the same: Back leads to the page itself


def redis_of(world: World) -> Redis:
    redis = getattr(world.services.checks["redis"], "__self__", None)
    assert isinstance(redis, Redis)
    return redis


def interaction_of(world: World, page: Page) -> Interaction:
    """What the page's own address stands for."""
    return world.services.interactions.unseal(parse_qs(urlsplit(page.url).query)["i"][0])


def signed_out(world: World) -> Walk:
    walk = finished(world)
    assert kind(world, sign_out(world, walk.person)) == "signed_out"
    return walk


STATES: dict[str, Callable[[World], Walk]] = {
    "before": before,
    "away": away,
    "confirming": confirming,
    "consenting": consenting,
    "finished": finished,
    "expired": expired,
    "signed out": signed_out,
}


# -- the events -----------------------------------------------------------------------------------------


def f5(walk: Walk) -> Page:
    if kind(walk.world, walk.here) == "camdigikey":
        said = walk.person.get(walk.here.location)  # CamDigiKey's own page bears it
        assert said.status == 200
        return walk.here
    return visit(walk.world, walk.person, walk.here.url)


def back_and_press(walk: Walk) -> Page:
    if walk.here is walk.sign_in:  # the page before that is the application's
        return visit(walk.world, walk.person, walk.start)
    return press(walk.world, walk.person, walk.sign_in)


def second_tab(walk: Walk) -> Page:
    return visit(walk.world, walk.person, walk.address)


def other_browser(walk: Walk) -> Page:
    return visit(walk.world, walk.world.person(), walk.address)


def page_in_other_browser(walk: Walk) -> Page:
    if kind(walk.world, walk.here) == "camdigikey":
        assert walk.world.person().get(walk.here.location).status == 200
        return walk.here
    return visit(walk.world, walk.world.person(), walk.here.url)


def refuses_cookies(walk: Walk) -> Page:
    url = walk.address
    for _ in range(5):
        page = walk.world.person().get(url)  # a new browser for each step keeps no cookie
        if not page.location:
            return page
        url = page.location
    raise AssertionError("sent in circles: " + url)


def spent_callback(walk: Walk) -> str:
    """This sign-in's own; where it has had none, that of another person's."""
    if walk.callback:
        return walk.callback
    other = walk.world.person()
    page = press(walk.world, other, visit(walk.world, other, walk.world.authorize_url("own")))
    callback = approved(walk.world, other, page, "sophea")
    visit(walk.world, other, callback)
    return callback


def callback_again(walk: Walk) -> Page:
    return visit(walk.world, walk.person, spent_callback(walk))


def callback_in_another_browser(walk: Walk) -> Page:
    return visit(walk.world, walk.world.person(), spent_callback(walk))


def with_token(walk: Walk, auth_token: str, state: str) -> Page:
    params = {"authToken": auth_token, **({"state": state} if state else {})}
    return visit(walk.world, walk.person, f"{walk.world.issuer}/camdigikey/callback?{urlencode(params)}")


def forged_token(walk: Walk) -> Page:
    return with_token(walk, f"eyJhbGciOiJub25lIn0.{secrets.token_urlsafe(20)}.", walk.state)


def fresh_token(walk: Walk) -> str:
    """A true auth token that no browser has brought back yet."""
    other = walk.world.person()
    page = press(walk.world, other, visit(walk.world, other, walk.world.authorize_url("own")))
    return parse_qs(urlsplit(approved(walk.world, other, page, "sophea")).query)["authToken"][0]


def second_approval(walk: Walk) -> Page:
    return with_token(walk, fresh_token(walk), walk.state)


def stateless_approval(walk: Walk) -> Page:
    return with_token(walk, fresh_token(walk), "")


def error_with_state(walk: Walk) -> Page:
    params = {"errorCode": "access_denied", "errorMessage": "Call this number", "state": walk.state}
    page = visit(walk.world, walk.person, f"{walk.world.issuer}/camdigikey/error?{urlencode(params)}")
    assert "Call this number" not in page.text
    return page


def error_without_state(walk: Walk) -> Page:
    page = visit(walk.world, walk.person, f"{walk.world.issuer}/camdigikey/error?errorCode=<b>1</b>")
    assert "<b>1</b>" not in page.text
    return page


def another_person(walk: Walk) -> Page:
    world, person = walk.world, walk.person
    page = visit(world, person, world.authorize_url(prompt="select_account"))
    page = press(world, person, page)
    if kind(world, page) == "already_under_way":
        page = press(world, person, page)
    return visit(world, person, approved(world, person, page, "dara"))


def second_start(walk: Walk) -> Page:
    page = visit(walk.world, walk.person, walk.start)
    return press(walk.world, walk.person, page) if kind(walk.world, page) == "sign_in" else page


EVENTS: dict[str, Callable[[Walk], Page]] = {
    "F5": f5,
    "Back to the page before, its button again": back_and_press,
    "the sign-in's address in a second tab": second_tab,
    "the sign-in's address in another browser": other_browser,
    "the page's address in another browser": page_in_other_browser,
    "the sign-in's address in a browser that refuses cookies": refuses_cookies,
    "the callback again": callback_again,
    "the callback in another browser": callback_in_another_browser,
    "a forged token for the same state": forged_token,
    "a second approval for the same state": second_approval,
    "an approval without any state": stateless_approval,
    "the error callback with its state": error_with_state,
    "the error callback without a state": error_without_state,
    "another person signs in": another_person,
    "a second start": second_start,
}

CELLS = [
    pytest.param(version, event, state, id=f"{version}: {event} / {state}")
    for version in ("v3", "v2")
    for event in EVENTS
    for state in STATES
]


def test_the_table_has_a_cell_for_every_event_in_every_state() -> None:
    assert list(TABLE) == list(EVENTS)
    assert all(list(row) == list(STATES) for row in TABLE.values())


@pytest.mark.parametrize(("version", "event", "state"), CELLS)
def test_an_event_in_a_state_leads_to_its_page(
    version: str, event: str, state: str, request: pytest.FixtureRequest
) -> None:
    world: World = request.getfixturevalue("world" if version == "v3" else "world_v2")
    forget_consents(world)
    cell = TABLE[event][state]
    expected = cell if isinstance(cell, str) else cell[("v3", "v2").index(version)]
    walk = STATES[state](world)
    page = EVENTS[event](walk)
    assert answer_in(walk, page) == expected, page.text[:400]


def answer_in(walk: Walk, page: Page) -> str:
    """The kind of a page; of a sign-in page also whether it is of a new Interaction."""
    found = kind(walk.world, page)
    if found != "sign_in":
        return found
    same = interaction_of(walk.world, page).id == interaction_of(walk.world, walk.sign_in).id
    return found if same else found + " anew"


@pytest.mark.parametrize("button", ["continue", "cancel"])
@pytest.mark.parametrize("state", ["before", "consenting"])
@pytest.mark.parametrize("token", ["", "another"])
def test_a_form_without_its_token_changes_nothing(world: World, state: str, button: str, token: str) -> None:
    forget_consents(world)
    walk = STATES[state](world)
    form = walk.here.form(button)
    page = walk.person.post(world.issuer + form.action, {**form.fields, "csrf": token})
    assert kind(world, page) == "csrf 403"
    assert page.link("continue") == "https://app.example/"
    assert kind(world, f5(walk)) == kind(world, walk.here)


DEAD_ENDS: tuple[Callable[[World], Page], ...] = (
    lambda world: other_browser(before(world)),
    lambda world: refuses_cookies(before(world)),
    lambda world: visit(world, world.person(), world.authorize_url(redirect_uri="https://evil.example/")),
)


@pytest.mark.parametrize("dead_end", DEAD_ENDS, ids=["elsewhere", "no cookies", "bad address"])
def test_a_dead_end_offers_the_way_back_to_the_application(
    world: World, dead_end: Callable[[World], Page]
) -> None:
    """DESIGN §6.1: by a link to a registered address, never by a redirect with a state."""
    forget_consents(world)
    page = dead_end(world)
    assert page.status == 400
    assert page.link("continue") == "https://app.example/"


@pytest.mark.parametrize("state", ["away", "confirming", "consenting"])
def test_a_problem_and_every_question_lead_on_and_back(world_v2: World, state: str) -> None:
    """After "no" the application hears access_denied, with its state and our name (RFC 9207)."""
    forget_consents(world_v2)
    walk = STATES[state](world_v2)
    page = error_without_state(walk) if state == "away" else walk.here
    page = press(world_v2, walk.person, page, "cancel")
    if state == "confirming":  # "not you?" begins anew
        assert kind(world_v2, page) == "sign_in"
        page = press(world_v2, walk.person, page, "cancel")
    assert kind(world_v2, page) == "error access_denied"
    assert (page.params["state"], page.params["iss"]) == ("st-ate", world_v2.issuer)
