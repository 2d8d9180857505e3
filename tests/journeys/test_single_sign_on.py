"""Who is signed in at one application is signed in at all, as far as the application's request allows it.

The modules of the OpenID Foundation's suite that a test stands for are named in its docstring.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.support.clocks import MovedClock, with_clock
from tests.support.pages import approved, forget_consents, kind, press, sign_out, visit
from tests.support.person import Page, Person
from tests.support.world import Tokens, World

HINT_OF_NOBODY = "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"


@pytest.fixture(autouse=True)
def nobody_agreed_yet(world: World) -> None:
    forget_consents(world)


@pytest.fixture
def clocked(world: World) -> Iterator[tuple[World, MovedClock]]:
    yield with_clock(world)


def signed_in(world: World, client_id: str = "web", persona: str = "sophea") -> tuple[Person, Tokens]:
    """Somebody who has signed in, and what the application was given."""
    person = world.person()
    tokens = world.tokens(world.sign_in(person, client_id, persona), client_id)
    assert tokens.status == 200, tokens.body
    return person, tokens


def ask(world: World, person: Person, client_id: str = "web", **changes: str | None) -> Page:
    return visit(world, person, world.authorize_url(client_id, **changes))


def test_a_second_application_gets_its_code_without_another_approval(world: World) -> None:
    person, first = signed_in(world)
    page = ask(world, person, "own")
    assert kind(world, page) == "code"
    second = world.tokens(page, "own")
    assert second.id_token["sid"] == first.id_token["sid"]
    assert second.id_token["auth_time"] == first.id_token["auth_time"]


def test_a_second_application_asks_for_its_own_consent(world: World) -> None:
    person, _ = signed_in(world)
    page = ask(world, person, "second")
    assert kind(world, page) == "consent"
    assert kind(world, press(world, person, page)) == "code"


# -- prompt ---------------------------------------------------------------------------------------------


def test_prompt_none_without_a_session_is_login_required(world: World) -> None:
    """oidcc-prompt-none-not-logged-in"""
    calls = world.control("GET", "/state")["calls"]
    page = ask(world, world.person(), prompt="none")
    assert kind(world, page) == "error login_required"
    assert page.params["state"] == "st-ate"
    assert page.params["iss"] == world.issuer
    assert world.control("GET", "/state")["calls"] == calls


def test_prompt_none_with_a_session_answers_with_the_same_login(world: World) -> None:
    """oidcc-prompt-none-logged-in"""
    person, first = signed_in(world)
    page = ask(world, person, prompt="none")
    assert kind(world, page) == "code"
    again = world.tokens(page).id_token
    assert [again[name] for name in ("sub", "auth_time", "sid")] == [
        first.id_token[name] for name in ("sub", "auth_time", "sid")
    ]


def test_prompt_none_where_the_person_has_not_agreed_is_consent_required(world: World) -> None:
    person, _ = signed_in(world)
    assert kind(world, ask(world, person, "second", prompt="none")) == "error consent_required"


def test_prompt_login_asks_again_and_gives_a_new_auth_time(clocked: tuple[World, MovedClock]) -> None:
    """oidcc-prompt-login"""
    world, clock = clocked
    person, first = signed_in(world)
    clock.ahead = 5
    page = ask(world, person, prompt="login")
    assert kind(world, page) == "sign_in"
    second = world.tokens(world.sign_in(person, prompt="login"))
    assert second.id_token["auth_time"] >= first.id_token["auth_time"] + 5
    assert second.id_token["sid"] != first.id_token["sid"]
    assert second.id_token["sub"] == first.id_token["sub"]


def test_prompt_consent_asks_though_the_person_agreed_before(world: World) -> None:
    person, _ = signed_in(world)
    assert kind(world, ask(world, person)) == "code"
    assert kind(world, ask(world, person, prompt="consent")) == "consent"
    assert kind(world, ask(world, person, "own", prompt="consent")) == "consent"


def test_prompt_select_account_lets_another_person_sign_in(world: World) -> None:
    person, first = signed_in(world)
    assert kind(world, ask(world, person, prompt="select_account")) == "sign_in"
    second = world.tokens(world.sign_in(person, persona="dara", prompt="select_account"))
    assert second.id_token["sub"] != first.id_token["sub"]
    # On a shared computer the first one's Session is over, with what hung on it.
    assert world.userinfo(first["access_token"])[0] == 401
    assert world.token(grant_type="refresh_token", refresh_token=first["refresh_token"])["error"] == (
        "invalid_grant"
    )
    assert world.userinfo(second["access_token"])[0] == 200


# -- max_age --------------------------------------------------------------------------------------------


def test_a_login_older_than_max_age_is_made_anew(clocked: tuple[World, MovedClock]) -> None:
    """oidcc-max-age-1"""
    world, clock = clocked
    person, first = signed_in(world)
    clock.ahead = 3
    assert kind(world, ask(world, person, max_age="1")) == "sign_in"
    second = world.tokens(world.sign_in(person, max_age="1"))
    assert second.id_token["auth_time"] > first.id_token["auth_time"] + 1


def test_a_login_younger_than_max_age_serves(clocked: tuple[World, MovedClock]) -> None:
    """oidcc-max-age-10000"""
    world, clock = clocked
    person, first = signed_in(world)
    clock.ahead = 60
    page = ask(world, person, max_age="10000", prompt="none")
    assert world.tokens(page).id_token["auth_time"] == first.id_token["auth_time"]


def test_max_age_0_always_asks_and_does_not_ask_in_circles(world: World) -> None:
    person, first = signed_in(world)
    assert kind(world, ask(world, person, max_age="0")) == "sign_in"
    assert kind(world, ask(world, person, max_age="0", prompt="none")) == "error login_required"
    second = world.tokens(world.sign_in(person, max_age="0"))
    assert second.id_token["sid"] != first.id_token["sid"]


def test_the_clients_default_max_age_counts_where_none_is_asked(clocked: tuple[World, MovedClock]) -> None:
    world, clock = clocked
    client = world.services.clients.get("own")
    assert client is not None
    world.services.clients.replace(replace(client, default_max_age=30))
    try:
        person, _ = signed_in(world, "own")
        clock.ahead = 60
        assert kind(world, ask(world, person, "own")) == "sign_in"
        assert kind(world, ask(world, person, "own", max_age="600")) == "code"
    finally:
        world.services.clients.replace(client)


# -- whom the application expects -----------------------------------------------------------------------


def test_a_hint_of_the_same_person_is_served_silently(clocked: tuple[World, MovedClock]) -> None:
    """oidcc-id-token-hint; an expired ID token is still a hint (DESIGN §6.2)."""
    world, clock = clocked
    person, first = signed_in(world)
    clock.ahead = 1200
    page = ask(world, person, prompt="none", id_token_hint=first["id_token"])
    assert world.tokens(page).id_token["sub"] == first.id_token["sub"]


def test_a_hint_of_another_person_is_login_required(world: World) -> None:
    _, other = signed_in(world, persona="dara")
    person, _ = signed_in(world)
    page = ask(world, person, prompt="none", id_token_hint=other["id_token"])
    assert kind(world, page) == "error login_required"


def test_a_hint_of_another_person_does_not_ask_in_circles(world: World) -> None:
    """The one who is there may not be the one who is wanted; after a new login we know."""
    _, other = signed_in(world, persona="dara")
    person, _ = signed_in(world)
    hint = other["id_token"]
    assert kind(world, ask(world, person, id_token_hint=hint)) == "sign_in"
    assert kind(world, world.sign_in(person, id_token_hint=hint)) == "error login_required"
    wanted = world.sign_in(world.person(), persona="dara", id_token_hint=hint)
    assert world.tokens(wanted).id_token["sub"] == other.id_token["sub"]


def test_a_sub_asked_for_by_claims_counts_like_a_hint(world: World) -> None:
    """OIDC Core §5.5.1"""
    person, first = signed_in(world)
    wish = '{"id_token": {"sub": {"value": "%s"}}}'
    page = ask(world, person, prompt="none", claims=wish % first.id_token["sub"])
    assert kind(world, page) in ("code", "error consent_required")
    assert kind(world, ask(world, person, prompt="none", claims=wish % "x")) == "error login_required"


def test_of_several_subs_asked_for_any_will_do(world: World) -> None:
    """OIDC Core §5.5.1: `values`, in the order of preference"""
    person, first = signed_in(world)
    _, other = signed_in(world, persona="dara")
    mine, hint = first.id_token["sub"], other["id_token"]

    def sign_in_as(*subs: str, **more: str) -> Page:
        claims = json.dumps({"id_token": {"sub": {"values": subs}}})
        return ask(world, person, prompt="none", claims=claims, **more)

    for subs in (("x", mine), (mine, "x"), ("x", "y", mine)):
        assert kind(world, sign_in_as(*subs)) in ("code", "error consent_required")
    assert kind(world, sign_in_as("x", "y")) == "error login_required"
    # With a hint both count: here the hint's person is among those wanted, but is not the one who is there.
    assert kind(world, sign_in_as(mine, other.id_token["sub"], id_token_hint=hint)) == "error login_required"
    assert kind(world, sign_in_as(mine, "x", id_token_hint=hint)) == "error invalid_request"


def test_a_hint_given_to_another_application_or_by_nobody_is_refused(world: World) -> None:
    person, _ = signed_in(world)
    _, other = signed_in(world, "own")
    for hint in (other["id_token"], HINT_OF_NOBODY):
        page = ask(world, person, id_token_hint=hint)
        assert kind(world, page) == "error invalid_request"


# -- the watch over CamDigiKey's token ------------------------------------------------------------------


def test_a_person_whom_camdigikey_signed_out_is_asked_again_everywhere(
    clocked: tuple[World, MovedClock],
) -> None:
    world, clock = clocked
    person, tokens = signed_in(world)
    clock.ahead = 301
    world.control("POST", "/faults", operation="status", kind="status_false")
    assert kind(world, ask(world, person, "own")) == "sign_in"
    assert world.userinfo(tokens["access_token"])[0] == 401
    refreshed = world.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert (refreshed.status, refreshed["error"]) == (400, "invalid_grant")


def test_with_camdigikey_away_single_sign_on_goes_on(clocked: tuple[World, MovedClock]) -> None:
    world, clock = clocked
    person, tokens = signed_in(world)
    clock.ahead = 301
    world.control("POST", "/faults", operation="status", kind="500")
    assert kind(world, ask(world, person, "own")) == "code"
    refreshed = world.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refreshed.status == 200, refreshed.body


def test_the_status_is_not_asked_at_every_sign_on(world: World) -> None:
    person, _ = signed_in(world)
    calls = world.control("GET", "/state")["calls"]
    assert kind(world, ask(world, person, "own")) == "code"
    assert world.control("GET", "/state")["calls"] == calls


def test_beyond_the_upstream_tokens_own_life_nobody_is_signed_in(clocked: tuple[World, MovedClock]) -> None:
    """Asked silently no call goes out (DESIGN §6.2), but what is over is over (§6.10)."""
    world, clock = clocked
    person, _ = signed_in(world)
    clock.ahead = 1800
    assert kind(world, ask(world, person, prompt="none")) == "code"  # so that it is not idle for an hour
    clock.ahead = 3600 + 60
    calls = world.control("GET", "/state")["calls"]
    assert kind(world, ask(world, person, prompt="none")) == "error login_required"
    assert world.control("GET", "/state")["calls"] == calls


# -- cookies --------------------------------------------------------------------------------------------


def test_a_sessions_cookie_ends_with_the_browser_and_is_out_of_reach(world: World) -> None:
    person = world.person()
    page = world.approve(person, ask(world, person, "own"))
    assert kind(world, page) == "code"
    session = person.bridge.get_cookie("bridge_session", "127.0.0.1")
    assert session is not None
    assert (session.http_only, session.same_site, session.path) == (True, "Lax", "/")
    assert session.max_age is None
    assert session.expires is None


def test_every_login_has_a_new_cookie_and_the_old_one_is_worthless_after_signing_out(world: World) -> None:
    person, _ = signed_in(world)
    before = cookie(person)
    world.sign_in(person, prompt="login")
    assert cookie(person) != before
    last = cookie(person)
    sign_out(world, person)
    for value in (before, last):
        thief = world.person()
        thief.bridge.set_cookie("bridge_session", value, domain="127.0.0.1")
        assert kind(world, ask(world, thief, prompt="none")) == "error login_required"


def cookie(person: Person) -> str:
    found = person.bridge.get_cookie("bridge_session", "127.0.0.1")
    assert found is not None
    return found.value


def test_a_yes_counts_for_the_person_it_was_shown_for_alone(world_v2: World) -> None:
    """DESIGN §6.4: in v2 a browser has one live Handoff, and yet its confirm pages are not one another's."""
    forget_consents(world_v2)
    person = world_v2.person()
    first = press(world_v2, person, visit(world_v2, person, world_v2.authorize_url("own")))
    shown = visit(world_v2, person, approved(world_v2, person, first, "dara"))
    assert kind(world_v2, shown) == "confirm"
    second = press(world_v2, person, visit(world_v2, person, world_v2.authorize_url("second")))
    later = visit(world_v2, person, approved(world_v2, person, second, "sophea"))
    assert kind(world_v2, later) == "confirm" and later.url != shown.url
    page = press(world_v2, person, shown)
    assert kind(world_v2, page) == "code"
    tokens = world_v2.tokens(page, "own")
    assert "DARA" in world_v2.userinfo(tokens["access_token"])[1]["name"]
