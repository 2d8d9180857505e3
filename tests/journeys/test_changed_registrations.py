"""A registration changes while a person is on the way, or after they agreed: nobody gets more by it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bridge.web.assembly import assemble
from tests.support.pages import changed, forget_consents, kind, press, visit
from tests.support.person import Page, Person
from tests.support.world import World

WISH = json.dumps({"userinfo": {"personal_code": None, "camdigikey_id": None}})
ALLOWED = {
    "scope": ("openid", "profile", "national_id", "camdigikey_id", "offline_access"),
    "national_id_purpose": "To find your land title",
}


@pytest.fixture(autouse=True)
def nobody_agreed_yet(world: World) -> None:
    forget_consents(world)


def agreed(world: World, person: Person, client_id: str = "web", **request: str) -> Page:
    """Signed in, and agreed to what the page listed."""
    page = world.approve(person, visit(world, person, world.authorize_url(client_id, **request)))
    assert kind(world, page) == "consent"
    return press(world, person, page)


def test_what_was_asked_in_vain_is_not_agreed_to(world: World) -> None:
    """OIDC Core §3.1.2.4: the page could not list what the application was not allowed to have."""
    person = world.person()
    with changed(world, "web", scope=("openid", "profile")):
        first = agreed(world, person, claims=WISH, scope="openid profile")
        assert "camdigikey_id" not in world.userinfo(world.tokens(first)["access_token"])[1]
    with changed(world, "web", **ALLOWED):
        page = visit(world, person, world.authorize_url(claims=WISH, scope="openid profile"))
        assert kind(world, page) == "consent"
        assert "To find your land title" in page.text
        claims = world.userinfo(world.tokens(press(world, person, page))["access_token"])[1]
    assert claims["personal_code"] == "010123456"


def test_an_old_refresh_token_brings_nothing_that_was_allowed_later(world: World) -> None:
    person = world.person()
    with changed(world, "web", scope=("openid", "profile", "offline_access")):
        request = {"claims": WISH, "scope": "openid profile offline_access", "prompt": "consent"}
        old = world.tokens(agreed(world, person, **request))["refresh_token"]
    with changed(world, "web", **ALLOWED):
        fresh = world.token("web", grant_type="refresh_token", refresh_token=old)
        claims = world.userinfo(fresh["access_token"])[1]
    assert "name" in claims
    assert not {"personal_code", "camdigikey_id"} & set(claims)


def test_a_longer_list_of_claims_is_asked_for_anew(world: World) -> None:
    person = world.person()
    with changed(world, "web", claims=("name",)):
        old = world.tokens(agreed(world, person, scope="openid profile"))
        assert set(world.userinfo(old["access_token"])[1]) == {"sub", "name", "name#km"}
    page = visit(world, person, world.authorize_url(scope="openid profile"))
    assert kind(world, page) == "consent"
    assert "birthdate" in world.userinfo(world.tokens(press(world, person, page))["access_token"])[1]


def test_a_shorter_list_asks_nothing_and_brings_less(world: World) -> None:
    person = world.person()
    agreed(world, person, scope="openid profile")
    with changed(world, "web", claims=("name",)):
        page = visit(world, person, world.authorize_url(scope="openid profile"))
        claims = world.userinfo(world.tokens(page)["access_token"])[1]
    assert set(claims) == {"sub", "name", "name#km"}


@pytest.mark.parametrize("button", ["continue", "cancel"])
def test_an_address_that_was_taken_away_gets_no_answer(world: World, button: str) -> None:
    """RFC 9700 §2.1"""
    person = world.person()
    other = "https://app.example/other"
    page = visit(world, person, world.authorize_url(redirect_uri=other))
    with changed(world, "web", redirect_uris=("https://app.example/cb",)):
        answer = person.press(page, button)
    assert kind(world, answer) == "bad_redirect_uri 400"
    assert other not in answer.location


def test_a_code_for_an_address_that_was_taken_away_is_not_given_at_consent(world: World) -> None:
    person = world.person()
    page = visit(world, person, world.authorize_url(redirect_uri="https://app.example/other"))
    page = world.approve(person, page)
    assert kind(world, page) == "consent"
    with changed(world, "web", redirect_uris=("https://app.example/cb",)):
        assert kind(world, press(world, person, page)) == "bad_redirect_uri 400"


@pytest.mark.parametrize("button", ["continue", "cancel"])
def test_a_consent_page_that_was_left_open_too_long_begins_anew(
    world: World, button: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DESIGN §5: an Interaction lives 30 minutes, whatever is pressed."""
    person = world.person()
    page = world.approve(person, visit(world, person, world.authorize_url()))
    assert kind(world, page) == "consent"
    now = world.services.clock()
    later = replace(world.services, clock=lambda: now + 31 * 60)
    monkeypatch.setitem(world.app.extensions, "bridge", assemble(world.settings, later))
    again = person.press(page, button)
    assert again.location.startswith(world.issuer + "/login?")


def test_a_client_that_is_made_anew_has_nothing_of_the_one_before(world: World) -> None:
    """The same client_id, deleted and registered again."""
    client_id = "web"
    tokens = world.tokens(world.sign_in(world.person(), client_id))
    code = world.sign_in(world.person(), client_id)
    with changed(
        world, client_id, client_id_issued_at=int(world.services.clock()) + 31
    ):  # beyond others' clocks
        assert world.userinfo(tokens["access_token"])[0] == 401
        refreshed = world.token(client_id, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
        assert (refreshed.status, refreshed["error"]) == (400, "invalid_grant")
        assert world.tokens(code, client_id)["error"] == "invalid_grant"
