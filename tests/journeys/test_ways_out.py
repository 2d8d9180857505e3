"""Who came too late, twice, in another browser or while a store was away goes on, or back to the application.

That each page has its links is in tests/web/test_ways_out.py; here they are followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from bridge.app import create_app
from bridge.domain.ids import HandoffKey
from bridge.settings import Redis as RedisSettings
from bridge.stores.redis import Redis, layout
from bridge.wiring.services import build
from tests.support.pages import approved, changed, forget_consents, kind, press, sign_out, state_of, visit
from tests.support.person import Page, Person
from tests.support.servers import free_port
from tests.support.world import World

HOME = "https://app.example/"
HANDOFF_EXPIRED = "The sign-in took too long"


@pytest.fixture(params=["v3", "v2"])
def anywhere(request: pytest.FixtureRequest) -> World:
    """A bridge of either version."""
    found: World = request.getfixturevalue("world" if request.param == "v3" else "world_v2")
    forget_consents(found)
    return found


def redis_of(world: World) -> Redis:
    redis = getattr(world.services.checks["redis"], "__self__", None)
    assert isinstance(redis, Redis)
    return redis


def away(world: World, person: Person, client_id: str = "web", **changes: str) -> Page:
    """The redirect to CamDigiKey."""
    page = press(world, person, visit(world, person, world.authorize_url(client_id, **changes)))
    assert kind(world, page) == "camdigikey"
    return page


def handoff_of(person: Person) -> HandoffKey:
    cookie = person.bridge.get_cookie("bridge_handoff", "127.0.0.1")
    assert cookie is not None
    return HandoffKey(cookie.value)


def expire(world: World, person: Person, *, forgotten: bool = False) -> None:
    """The time of this browser's Handoff is over; `forgotten`: for more than half an hour."""
    key = handoff_of(person)
    assert redis_of(world).command("DEL", layout.handoff(key)) == 1
    if forgotten:
        assert redis_of(world).command("DEL", layout.handoff_begun(key)) == 1
    person.bridge.delete_cookie("bridge_handoff", domain="127.0.0.1")  # it has that life too


# -- too late at CamDigiKey ----------------------------------------------------------------------------------


def test_a_handoff_that_expired_at_camdigikey_says_so_and_the_same_sign_in_goes_on(anywhere: World) -> None:
    person = anywhere.person()
    callback = approved(anywhere, person, away(anywhere, person), "sophea")
    expire(anywhere, person)
    page = visit(anywhere, person, callback)
    assert kind(anywhere, page) == "problem 400"
    assert HANDOFF_EXPIRED in page.text
    assert "did not begin here" not in page.text
    page = press(anywhere, person, page)
    assert kind(anywhere, page) == "sign_in"
    finished = anywhere.approve(person, page)
    while finished.has("continue") and not finished.location:
        finished = press(anywhere, person, finished)
    assert finished.params["state"] == "st-ate"
    assert anywhere.tokens(finished).status == 200


@pytest.mark.parametrize("path", ["callback", "error"])
def test_or_the_application_is_told(anywhere: World, path: str) -> None:
    person = anywhere.person()
    page = away(anywhere, person)
    callback = approved(anywhere, person, page, "sophea")
    state = state_of(anywhere, page)
    expire(anywhere, person)
    if path == "error":
        given = {"errorCode": "denied", **({"state": state} if state else {})}
        callback = f"{anywhere.issuer}/camdigikey/error?{urlencode(given)}"
    page = press(anywhere, person, visit(anywhere, person, callback), "cancel")
    assert kind(anywhere, page) == "error access_denied"
    assert page.params["state"] == "st-ate"


def test_after_half_an_hour_more_nobody_knows_it_any_more(anywhere: World) -> None:
    person = anywhere.person()
    callback = approved(anywhere, person, away(anywhere, person), "sophea")
    expire(anywhere, person, forgotten=True)
    page = visit(anywhere, person, callback)
    assert kind(anywhere, page) == "unsolicited_callback 400"
    assert not page.has("continue")


def test_the_auth_token_of_a_late_callback_is_used_up_all_the_same(world: World) -> None:
    person = world.person()
    callback = approved(world, person, away(world, person), "sophea")
    expire(world, person)
    before = world.control("GET", "/state")["calls"]
    visit(world, person, callback)
    after = world.control("GET", "/state")["calls"]
    assert after["logout"] == before.get("logout", 0) + 1
    assert person.bridge.get_cookie("bridge_session", "127.0.0.1") is None


# -- in another browser, or without its cookies ------------------------------------------------------------


@pytest.mark.parametrize("expired", [False, True], ids=["live", "expired"])
def test_the_right_state_in_another_browser_leads_to_the_application_and_no_further(
    world: World, expired: bool
) -> None:
    """DESIGN §6.5: the application's public name and address, and nothing of the person or the request."""
    person, stranger = world.person(), world.person()
    callback = approved(world, person, away(world, person, nonce="n-secret"), "sophea")
    if expired:
        expire(world, person)
    page = visit(world, stranger, callback)
    assert kind(world, page) == "unsolicited_callback 400"
    assert page.link("continue") == HOME
    assert not page.has("again")
    assert "<form" not in page.text
    for told in ("st-ate", "n-secret", "CHAN", "SOPHEA", "ចាន់", "authToken", "/login?i="):
        assert told not in page.text
    assert stranger.bridge.get_cookie("bridge_session", "127.0.0.1") is None


def test_and_the_one_who_began_goes_on(world: World) -> None:
    person = world.person()
    page = away(world, person)
    callback = approved(world, person, page, "sophea")
    visit(world, world.person(), callback)
    page = visit(world, person, callback)  # its auth token is burnt
    assert kind(world, page) == "sign_in"


def test_after_the_cookies_were_cleared_the_state_names_the_application(world: World) -> None:
    """In-app browsers do that between two pages."""
    person = world.person()
    callback = approved(world, person, away(world, person), "sophea")
    for name in ("bridge_browser", "bridge_handoff"):
        person.bridge.delete_cookie(name, domain="127.0.0.1")
    page = visit(world, person, callback)
    assert page.link("continue") == HOME
    assert visit(world, person, callback).link("continue") == HOME, "F5: the token is spent"


def test_an_error_callback_in_another_browser_leads_to_the_application_too(world: World) -> None:
    person = world.person()
    page = away(world, person)
    params = urlencode({"errorCode": "denied", "state": state_of(world, page)})
    page = visit(world, world.person(), f"{world.issuer}/camdigikey/error?{params}")
    assert kind(world, page) == "not_completed 400"
    assert page.link("continue") == HOME


def test_a_state_of_nobody_leads_nowhere(world: World) -> None:
    page = visit(
        world, world.person(), f"{world.issuer}/camdigikey/callback?authToken=nobody.has.sent&state=nobody"
    )
    assert kind(world, page) == "unsolicited_callback 400"
    assert not page.has("continue")


def test_nor_does_the_state_of_an_application_that_is_kept_out(world: World) -> None:
    person = world.person()
    callback = approved(world, person, away(world, person), "sophea")
    with changed(world, "web", enabled=False):
        assert not visit(world, world.person(), callback).has("continue")


# -- "is this you?" ------------------------------------------------------------------------------------------


def confirming(world: World) -> tuple[Person, Page]:
    """Somebody who is asked; in v3 only where another one signed out before."""
    person = world.person()
    if world.connector.capabilities.carries_state:
        world.sign_in(person, "own")
        sign_out(world, person)
    page = visit(world, person, approved(world, person, away(world, person), "sophea"))
    assert kind(world, page) == "confirm"
    return person, page


def f5(world: World, person: Person, page: Page) -> Page:
    return visit(world, person, page.url)


def yes(world: World, person: Person, page: Page) -> Page:
    return press(world, person, page)


def no(world: World, person: Person, page: Page) -> Page:
    return press(world, person, page, "cancel")


@pytest.mark.parametrize("event", [f5, yes, no], ids=["F5", "yes", "no"])
def test_who_answers_too_late_goes_on_with_the_same_sign_in(anywhere: World, event: object) -> None:
    assert callable(event)
    person, page = confirming(anywhere)
    key = page.url.split("/confirm/")[1].split("?")[0]
    assert redis_of(anywhere).command("DEL", layout.confirmation(key)) == 1
    page = event(anywhere, person, page)
    assert kind(anywhere, page) == "sign_in"
    page = press(anywhere, person, page, "cancel")
    assert (page.params["error"], page.params["state"]) == ("access_denied", "st-ate")


@pytest.mark.parametrize("event", [f5, yes, no], ids=["F5", "yes", "no"])
@pytest.mark.parametrize("answer", [yes, no], ids=["after yes", "after no"])
def test_an_answered_page_leads_to_what_comes_next(anywhere: World, answer: object, event: object) -> None:
    assert callable(answer) and callable(event)
    person, page = confirming(anywhere)
    after = answer(anywhere, person, page)
    assert kind(anywhere, event(anywhere, person, page)) == kind(anywhere, after)


def test_its_address_in_another_browser_shows_nobody(anywhere: World) -> None:
    person, page = confirming(anywhere)
    there = visit(anywhere, anywhere.person(), page.url)
    assert kind(anywhere, there) == "opened_elsewhere 400"
    assert there.link("continue") == HOME
    assert kind(anywhere, f5(anywhere, person, page)) == "confirm"


# -- a form that no longer counts ----------------------------------------------------------------------------


def test_a_form_that_is_no_longer_valid_starts_again(anywhere: World) -> None:
    person, confirm = confirming(anywhere)
    sign_in = visit(anywhere, person, anywhere.authorize_url())
    for page, button in ((confirm, "continue"), (confirm, "cancel"), (sign_in, "continue")):
        form = page.form(button)
        said = person.post(anywhere.issuer + form.action, form.fields | {"csrf": "old"})
        assert kind(anywhere, said) == "csrf 403"
        assert said.link("continue") == HOME
        assert kind(anywhere, press(anywhere, person, said, "again")) == kind(anywhere, page)


def test_so_does_the_form_of_a_sign_out(world: World) -> None:
    person = world.person()
    world.sign_in(person, "own")
    page = visit(world, person, world.issuer + "/logout?client_id=web")
    form = page.form("continue")
    said = person.post(world.issuer + form.action, form.fields | {"csrf": "old"})
    assert said.link("continue") == HOME
    assert kind(world, press(world, person, said, "again")) == "logout_confirm"


# -- a store is away -----------------------------------------------------------------------------------------


@pytest.fixture
def without_redis(world: World) -> Iterator[World]:
    """The same bridge, while its Redis is away."""
    away = RedisSettings(url=f"redis://127.0.0.1:{free_port()}", timeout=0.5)  # type: ignore[arg-type]  # -- pydantic wraps it
    settings = world.settings.model_copy(update={"redis": away})
    services = build(settings)
    yield World(create_app(settings, services), settings, services, world.simulator, world.secrets)
    services.close()


def test_while_redis_is_away_the_page_leads_back_and_to_the_same_once_more(
    world: World, without_redis: World
) -> None:
    there = without_redis.person()
    page = visit(without_redis, there, world.authorize_url())
    assert kind(world, page) == "sign_in"
    page = press(without_redis, there, page)
    assert kind(world, page) == "unavailable 503"
    assert page.link("continue") == HOME
    page = press(without_redis, there, page, "again")
    assert kind(world, page) == "sign_in"
    here = world.person()  # the same browser, when Redis is back
    cookie = there.bridge.get_cookie("bridge_browser", "127.0.0.1")
    assert cookie is not None
    here.bridge.set_cookie("bridge_browser", cookie.value, domain="127.0.0.1")
    assert kind(world, press(world, here, page)) == "camdigikey"


def test_while_redis_is_away_a_callback_can_be_repeated(world: World, without_redis: World) -> None:
    person, there = world.person(), without_redis.person()
    callback = approved(world, person, away(world, person), "sophea")
    cookie = person.bridge.get_cookie("bridge_browser", "127.0.0.1")
    assert cookie is not None
    there.bridge.set_cookie("bridge_browser", cookie.value, domain="127.0.0.1")
    page = there.get(callback)
    assert kind(world, page) == "unavailable 503"
    assert page.link("again") == callback
    assert kind(world, visit(world, person, callback)) == "consent"
