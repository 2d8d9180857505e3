"""Signing out: at an application's wish (OIDC RP-Initiated Logout), or at the person's own.

The modules of the OpenID Foundation's suite that a test stands for are named in its docstring.
"""

from __future__ import annotations

import json
import re

import pytest

from bridge.domain.encoding import digest, from_base64url
from bridge.domain.subject import UpstreamToken
from bridge.web.language import words
from tests.support.clocks import with_clock
from tests.support.pages import forget_consents, kind, press, sign_out, visit
from tests.support.person import Page, Person
from tests.support.world import Tokens, World

BYE = "https://app.example/bye"


@pytest.fixture(autouse=True)
def nobody_agreed_yet(world: World) -> None:
    forget_consents(world)


def signed_in(world: World, client_id: str = "web", **changes: str) -> tuple[Person, Tokens]:
    person = world.person()
    return person, world.tokens(world.sign_in(person, client_id, **changes), client_id)


def logout(world: World, person: Person, **params: str) -> Page:
    query = "&".join(f"{name}={value}" for name, value in params.items())
    return visit(world, person, f"{world.issuer}/logout?{query}")


def is_signed_in(world: World, person: Person) -> bool:
    page = visit(world, person, world.authorize_url("own", prompt="none"))
    return kind(world, page) == "code"


def test_with_a_hint_of_this_session_it_ends_at_once(world: World) -> None:
    """oidcc-rp-initiated-logout"""
    person, tokens = signed_in(world)
    page = logout(world, person, id_token_hint=tokens["id_token"], post_logout_redirect_uri=BYE, state="s-1")
    assert page.location == f"{BYE}?state=s-1"
    assert not is_signed_in(world, person)
    assert world.userinfo(tokens["access_token"])[0] == 401
    refreshed = world.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refreshed["error"] == "invalid_grant"


@pytest.mark.parametrize("purpose", ["prefetch", "prefetch;prerender"])
def test_a_page_fetched_ahead_signs_nobody_out(world: World, purpose: str) -> None:
    person, tokens = signed_in(world)
    for way in (f"/logout?id_token_hint={tokens['id_token']}", _by_form(world, person, tokens)):
        page = person.get(world.issuer + way, Sec_Purpose=purpose, Sec_Fetch_Dest="document")
        assert (page.status, "Set-Cookie" in page.headers) == (403, False)
    assert is_signed_in(world, person)


@pytest.mark.parametrize("dest", ["image", "iframe", "empty"])
def test_a_part_of_a_page_signs_nobody_out_but_is_asked(world: World, dest: str) -> None:
    person, tokens = signed_in(world)
    for way in (f"/logout?id_token_hint={tokens['id_token']}", _by_form(world, person, tokens)):
        page = person.get(world.issuer + way, Sec_Fetch_Dest=dest)
        assert page.leads_to("/logout/confirm")
    assert is_signed_in(world, person)
    page = person.get(world.issuer + way, Sec_Fetch_Dest="document", Sec_Fetch_Mode="navigate")
    assert not is_signed_in(world, person)


def _by_form(world: World, person: Person, tokens: Tokens) -> str:
    """The sealed address that a posted wish is led to."""
    sent = person.post(world.issuer + "/logout", {"id_token_hint": tokens["id_token"]})
    return sent.location.removeprefix(world.issuer)


def test_without_state_none_comes_back(world: World) -> None:
    """oidcc-rp-initiated-logout-no-state"""
    person, tokens = signed_in(world)
    page = logout(world, person, id_token_hint=tokens["id_token"], post_logout_redirect_uri=BYE)
    assert page.location == BYE


def test_without_an_address_our_own_page_says_so(world: World) -> None:
    """oidcc-rp-initiated-logout-no-post-logout-redirect-uri, oidcc-rp-initiated-logout-only-state"""
    for more in ({}, {"state": "s-1"}):
        person, tokens = signed_in(world)
        page = logout(world, person, id_token_hint=tokens["id_token"], **more)
        assert kind(world, page) == "signed_out"
        assert page.link("continue") == "https://app.example/"
        assert not is_signed_in(world, person)


def test_without_a_hint_the_person_is_asked_by_a_form(world: World) -> None:
    """oidcc-rp-initiated-logout-no-params"""
    person, _ = signed_in(world)
    page = logout(world, person)
    assert kind(world, page) == "logout_confirm"
    assert page.form("continue").method == "post"
    assert is_signed_in(world, person)
    assert kind(world, press(world, person, page)) == "signed_out"
    assert not is_signed_in(world, person)


def test_with_a_client_id_alone_the_person_is_asked_and_then_goes_back(world: World) -> None:
    person, _ = signed_in(world)
    page = logout(world, person, client_id="web", post_logout_redirect_uri=BYE, state="s-2")
    assert kind(world, page) == "logout_confirm"
    assert "Ministry portal" in page.text
    assert press(world, person, page).location == f"{BYE}?state=s-2"


def test_an_address_without_a_client_is_followed_nowhere(world: World) -> None:
    """oidcc-rp-initiated-logout-no-id-token-hint"""
    person, _ = signed_in(world)
    page = logout(world, person, post_logout_redirect_uri=BYE, state="s-1")
    assert kind(world, page) == "logout_failed 400"
    assert is_signed_in(world, person)


@pytest.mark.parametrize("address", ["https://app.example/bye2", BYE + "?a=b", "https://evil.example/"])
def test_an_unregistered_address_is_followed_nowhere(world: World, address: str) -> None:
    """oidcc-rp-initiated-logout-bad-post-logout-redirect-uri, -query-added-to-post-logout-redirect-uri"""
    person, tokens = signed_in(world)
    page = logout(world, person, id_token_hint=tokens["id_token"], post_logout_redirect_uri=address)
    assert kind(world, page) == "logout_failed 400"
    assert is_signed_in(world, person)


def test_a_hint_that_is_not_ours_is_refused(world: World) -> None:
    """oidcc-rp-initiated-logout-bad-id-token-hint, oidcc-rp-initiated-logout-modified-id-token-hint"""
    person, tokens = signed_in(world)
    head, body, signature = tokens["id_token"].split(".")
    forged = f"{head}.{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    for hint in (forged, "x.y.z"):
        page = logout(world, person, id_token_hint=hint, post_logout_redirect_uri=BYE)
        assert kind(world, page) == "logout_failed 400"
    assert is_signed_in(world, person)


def test_a_hint_and_another_client_id_do_not_go_together(world: World) -> None:
    person, tokens = signed_in(world)
    page = logout(world, person, id_token_hint=tokens["id_token"], client_id="own")
    assert kind(world, page) == "logout_failed 400"
    assert is_signed_in(world, person)


def test_a_browser_with_another_session_is_asked_and_then_both_end(world: World) -> None:
    """The application that sent the hint is told that its session has ended, so it has."""
    other_browser, others = signed_in(world)
    person, _ = signed_in(world)
    page = logout(world, person, id_token_hint=others["id_token"], post_logout_redirect_uri=BYE)
    assert kind(world, page) == "logout_confirm"
    assert is_signed_in(world, person)
    assert is_signed_in(world, other_browser)
    assert press(world, person, page).location == BYE
    assert not is_signed_in(world, person)
    assert not is_signed_in(world, other_browser)
    assert world.userinfo(others["access_token"])[0] == 401


def test_a_browser_whose_cookie_has_gone_ends_the_session_of_its_hint(world: World) -> None:
    """What is said has to be true: its cookies were cleared, or an in-app browser is new each time."""
    person, tokens = signed_in(world)
    hint = tokens["id_token"]
    page = logout(world, world.person(), id_token_hint=hint, post_logout_redirect_uri=BYE, state="s")
    assert page.location == f"{BYE}?state=s"
    assert not is_signed_in(world, person)
    assert world.userinfo(tokens["access_token"])[0] == 401
    refreshed = world.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refreshed["error"] == "invalid_grant"


def test_a_hint_whose_key_was_removed_ends_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has a key that leaked can write hints of anybody."""
    person, tokens = signed_in(world)
    kid = json.loads(from_base64url(tokens["id_token"].split(".")[0]))["kid"]
    keys = world.services.signing_keys
    left = tuple(key for key in keys.all() if key.kid != kid)
    with monkeypatch.context() as patch:
        patch.setattr(keys, "all", lambda: left)
        page = logout(world, world.person(), id_token_hint=tokens["id_token"])
        assert kind(world, page) == "logout_failed 400"
    assert is_signed_in(world, person)


def test_of_an_idle_session_the_person_is_asked_and_it_ends(world: World) -> None:
    """It signs nobody in, and its applications live on: "you are signed out" has to be true of them."""
    moved, clock = with_clock(world)
    person, tokens = signed_in(moved)
    clock.ahead = 3590 + 20
    page = logout(moved, person)
    assert kind(moved, page) == "logout_confirm"
    assert kind(moved, press(moved, person, page)) == "signed_out"
    refreshed = moved.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refreshed["error"] == "invalid_grant"


def backend(world: World, method: str, **params: str) -> int:
    """The status that an application's own server is answered, which is no browser."""
    client = world.app.test_client()
    given = {"query_string": params} if method == "GET" else {"data": params}
    return client.open("/logout", method=method, base_url=world.issuer, **given).status_code


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_applications_own_call_with_a_good_hint_ends_the_session(world: World, method: str) -> None:
    """Keycloak's backend calls so, and takes every answer below 400 for a sign-out."""
    person, tokens = signed_in(world)
    assert backend(world, method, id_token_hint=tokens["id_token"], state="s") == 200
    assert not is_signed_in(world, person)
    assert world.userinfo(tokens["access_token"])[0] == 401


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "params", [{}, {"state": "s"}, {"client_id": "web"}, {"client_id": "web", "id_token_hint": "x.y.z"}]
)
def test_an_applications_own_call_that_ends_nothing_is_400(
    world: World, method: str, params: dict[str, str]
) -> None:
    assert backend(world, method, **params) == 400


@pytest.mark.parametrize("dest", ["iframe", "empty", "image"])
def test_a_part_of_a_page_that_brings_no_cookie_is_not_told_that_anybody_signed_out(
    world: World, dest: str
) -> None:
    """Another site's frame brings no Lax cookie: who is signed in here still is."""
    person, tokens = signed_in(world)
    without = world.person()
    way = f"{world.issuer}/logout?client_id=web&post_logout_redirect_uri={BYE}"
    page = without.get(way, Sec_Fetch_Dest=dest, Sec_Fetch_Mode="navigate", Sec_Fetch_Site="cross-site")
    assert kind(world, page) == "logout_failed 400"
    assert is_signed_in(world, person)
    hinted = f"{way}&id_token_hint={tokens['id_token']}"
    assert without.get(hinted, Sec_Fetch_Dest=dest).location == BYE
    assert not is_signed_in(world, person)


STILL = re.compile(f"(still|stay) signed in|{words('km')('Stay signed in')}", re.IGNORECASE)


@pytest.mark.parametrize("params", [{}, {"id_token_hint": "x.y.z"}, {"client_id": "web"}, {"client_id": "x"}])
@pytest.mark.parametrize("language", ["en", "km"])
def test_nobody_is_told_that_they_are_still_signed_in_who_never_were(
    world: World, params: dict[str, str], language: str
) -> None:
    person, _ = signed_in(world)
    asked = logout(world, person, hl=language)
    assert STILL.search(asked.text), "the words by which it is known"
    page = logout(world, world.person(), **params, hl=language)
    assert kind(world, page) in ("logout_failed 400", "signed_out")
    assert not STILL.search(page.text)


def test_an_expired_hint_is_good(world: World) -> None:
    moved, clock = with_clock(world)
    person, tokens = signed_in(moved)
    clock.ahead = 3000
    page = logout(moved, person, id_token_hint=tokens["id_token"], post_logout_redirect_uri=BYE)
    assert page.location == BYE


def test_who_is_signed_out_already_goes_back_at_once(world: World) -> None:
    person, tokens = signed_in(world)
    sign_out(world, person)
    page = logout(world, person, id_token_hint=tokens["id_token"], post_logout_redirect_uri=BYE)
    assert page.location == BYE
    assert kind(world, logout(world, world.person())) == "signed_out"


def test_a_wish_by_post_is_asked_again_by_get_where_cookies_are_read(world: World) -> None:
    """DESIGN §6.2: a cross-site POST brings no cookie, so nothing is decided there."""
    person, tokens = signed_in(world)
    fields = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": BYE, "state": "s-3"}
    asked = world.person().post(world.issuer + "/logout", fields, Sec_Fetch_Site="cross-site")
    assert asked.status == 303
    assert asked.location.startswith(world.issuer + "/logout/form?")
    assert is_signed_in(world, person)
    assert visit(world, person, asked.location).location == f"{BYE}?state=s-3"
    assert not is_signed_in(world, person)


def test_a_forged_confirmation_ends_nothing(world: World) -> None:
    person, _ = signed_in(world)
    form = logout(world, person).form("continue")
    for fields, headers in (
        ({**form.fields, "csrf": "x"}, {}),
        (form.fields, {"Sec_Fetch_Site": "cross-site"}),
        ({"r": form.fields["r"]}, {}),
    ):
        page = person.post(world.issuer + form.action, fields, **headers)
        assert kind(world, page) == "csrf 403"
    assert is_signed_in(world, person)


def test_offline_grants_stay(world: World) -> None:
    """DESIGN §6.11"""
    person, tokens = signed_in(world, "spa", scope="openid offline_access")
    sign_out(world, person)
    assert world.userinfo(tokens["access_token"])[0] == 401
    refreshed = world.token("spa", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refreshed.status == 200, refreshed.body


def test_it_ends_the_token_at_camdigikey_too_and_does_not_depend_on_it(world: World) -> None:
    person, _ = signed_in(world)
    calls = world.control("GET", "/state")["calls"].get("logout", 0)
    sign_out(world, person)
    assert world.control("GET", "/state")["calls"]["logout"] == calls + 1
    person, _ = signed_in(world)
    world.control("POST", "/faults", operation="logout", kind="500")
    assert kind(world, sign_out(world, person)) == "signed_out"
    assert not is_signed_in(world, person)


def test_after_signing_out_the_next_person_is_asked_who_they_are(world: World) -> None:
    """DESIGN §6.4: on a shared computer CamDigiKey's own session may still be somebody else's."""
    person, _ = signed_in(world)
    sign_out(world, person)
    page = world.approve(person, visit(world, person, world.authorize_url()))
    assert kind(world, page) == "confirm"
    assert "CHAN" not in page.text
    assert kind(world, press(world, person, page, "cancel")) == "sign_in"
    assert not is_signed_in(world, person)


def test_a_long_wish_in_khmer_survives_being_sealed(world: World) -> None:
    """DESIGN §6.14: its JSON is no longer than what came."""
    person = world.person()
    asked = person.post(world.issuer + "/logout", {"ui_locales": "ក" * 6_800})
    assert asked.status == 303
    assert person.get(asked.location).status == 200


# -- one browser, several sign-ins -------------------------------------------------------------------------


def cookie(person: Person) -> str:
    found = person.bridge.get_cookie("bridge_session", "127.0.0.1")
    assert found is not None
    return found.value


def signed_in_by(world: World, secret: str) -> bool:
    """Whether a browser with this cookie would be given a code without a word."""
    person = world.person()
    person.bridge.set_cookie("bridge_session", secret, domain="127.0.0.1")
    return kind(world, visit(world, person, world.authorize_url("own", prompt="none"))) == "code"


def upstream_of(world: World, secret: str) -> UpstreamToken:
    session = world.services.sessions.get(digest(secret), int(world.services.clock()))
    assert session is not None and session.upstream is not None
    return session.upstream


def several(world: World, person: Person, times: int, persona: str = "sophea") -> list[str]:
    """The cookies of so many sign-ins of one person in one browser."""
    cookies = []
    for _ in range(times):
        world.sign_in(person, "own", persona=persona, max_age="0")
        cookies.append(cookie(person))
    return cookies


def test_signing_out_ends_every_earlier_session_of_this_browser(world: World) -> None:
    person = world.person()
    secrets = several(world, person, 7)
    tokens = [upstream_of(world, secret) for secret in secrets]
    assert signed_in_by(world, secrets[0])
    assert kind(world, sign_out(world, person)) == "signed_out"
    assert not [secret for secret in secrets if signed_in_by(world, secret)]
    assert not [token for token in tokens if world.connector.alive(token)]


def test_somebody_else_signing_in_ends_every_session_of_the_one_before(world: World) -> None:
    """DESIGN §6.7: on a shared computer nothing of the one before is left, here or at CamDigiKey."""
    person = world.person()
    secrets = several(world, person, 2)
    tokens = [upstream_of(world, secret) for secret in secrets]
    (other,) = several(world, person, 1, "dara")
    assert not [secret for secret in secrets if signed_in_by(world, secret)]
    assert not [token for token in tokens if world.connector.alive(token)]
    assert signed_in_by(world, other)


def test_of_too_many_sessions_the_oldest_ends(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.sessions.opening.MAX_PREDECESSORS", 2)
    secrets = several(world, world.person(), 4)
    assert [signed_in_by(world, secret) for secret in secrets] == [False, True, True, True]


def test_camdigikey_away_is_asked_once_and_all_end_here(world: World) -> None:
    person = world.person()
    secrets = several(world, person, 3)
    world.control("POST", "/faults", operation="logout", kind="reset", count=9)
    before = world.control("GET", "/state")["calls"]["logout"]
    try:
        assert kind(world, sign_out(world, person)) == "signed_out"
        calls = world.control("GET", "/state")["calls"]["logout"] - before
        assert 1 <= calls <= 2  # for one token; a kept connection that drops is tried once more
    finally:
        world.control("DELETE", "/faults")
    assert not [secret for secret in secrets if signed_in_by(world, secret)]
