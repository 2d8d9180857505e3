"""What an application may ask at `/authorize`, each through a whole sign-in.

The modules of the OpenID Foundation's suite that a test stands for are named in its docstring.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from bridge.domain.client import Client
from bridge.domain.session import ACR
from tests.support.pages import approved, forget_consents, kind, press, visit
from tests.support.person import Page
from tests.support.world import CALLBACK, World


@pytest.fixture(autouse=True)
def nobody_agreed_yet(world: World) -> None:
    forget_consents(world)


@contextmanager
def changed(world: World, client_id: str, **fields: Any) -> Iterator[Client]:
    """The client with other fields for a while."""
    client = world.services.clients.get(client_id)
    assert client is not None
    found = replace(client, **fields)
    world.services.clients.replace(found)
    try:
        yield found
    finally:
        world.services.clients.replace(client)


def userinfo_of(world: World, page: Page, client_id: str = "web") -> dict[str, Any]:
    status, claims = world.userinfo(world.tokens(page, client_id)["access_token"])
    assert status == 200
    return claims


# -- the answer -----------------------------------------------------------------------------------------


def test_the_answer_carries_state_and_issuer_and_keeps_the_redirect_uris_own_query(world: World) -> None:
    """oidcc-server, oidcc-redirect-uri-query-OK; RFC 9207"""
    page = world.sign_in(world.person())
    assert page.location.startswith(CALLBACK + "&")
    assert (page.params["tenant"], page.params["state"]) == ("1", "st-ate")
    assert page.params["iss"] == world.issuer
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_a_request_without_state_or_nonce_is_answered_without(world: World) -> None:
    """oidcc-ensure-request-without-nonce-succeeds-for-code-flow"""
    page = world.sign_in(world.person(), state=None, nonce=None)
    assert "state" not in page.params
    assert "nonce" not in world.tokens(page).id_token


def test_an_unregistered_redirect_uri_is_a_page(world: World) -> None:
    """oidcc-ensure-registered-redirect-uri, oidcc-redirect-uri-query-mismatch, -query-added"""
    for address in (CALLBACK + "x", CALLBACK + "&a=b", "https://app.example/callback", CALLBACK.upper()):
        page = visit(world, world.person(), world.authorize_url(redirect_uri=address))
        assert kind(world, page) == "bad_redirect_uri 400"


def test_form_post_posts_the_answer(world: World) -> None:
    """oidcc-server with response_mode form_post: a form to the redirect_uri, and nothing in an address."""
    person = world.person()
    world.sign_in(person)
    page = visit(world, person, world.authorize_url(response_mode="form_post"))
    assert kind(world, page) == "form_post"
    form = page.form("continue")
    assert (form.method, form.action) == ("post", CALLBACK)
    assert (form.fields["state"], form.fields["iss"]) == ("st-ate", world.issuer)
    assert world.tokens(page, code=form.fields["code"]).status == 200
    policy = page.headers["Content-Security-Policy"]
    assert "form-action 'self' https://app.example" in policy
    assert "script-src 'self'" in policy
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_form_post_carries_errors_too(world: World) -> None:
    page = visit(world, world.person(), world.authorize_url(response_mode="form_post", prompt="none"))
    assert kind(world, page) == "form_post"
    assert page.form("continue").fields["error"] == "login_required"


def test_a_request_by_post_is_asked_again_by_get_where_cookies_are_read(world: World) -> None:
    """oidcc-ensure-post-request-succeeds; DESIGN §6.2"""
    person = world.person()
    world.sign_in(person)
    other = person.bridge.get_cookie("bridge_session", "127.0.0.1")
    assert other is not None
    person.bridge.delete_cookie("bridge_session", domain="127.0.0.1")  # a cross-site POST brings none
    asked = person.post(world.issuer + "/authorize", world.authorize_params(prompt="none"))
    assert asked.status == 303
    assert "state" not in asked.location
    person.bridge.set_cookie("bridge_session", other.value, domain="127.0.0.1")
    assert kind(world, visit(world, person, asked.location)) == "code"


def test_unknown_parameters_are_ignored(world: World) -> None:
    """oidcc-ensure-request-with-unknown-parameter-succeeds, oidcc-ensure-request-with-acr-values-succeeds,
    oidcc-display-page, oidcc-display-popup, oidcc-login-hint, oidcc-ui-locales, oidcc-claims-locales"""
    page = world.sign_in(
        world.person(),
        extra="foobar",
        acr_values="1 2",
        display="popup",
        login_hint="buffy@example.com",
        ui_locales="se",
        claims_locales="se",
        registration_hint="x",
    )
    assert world.tokens(page).id_token["acr"] == ACR


def test_ui_locales_choose_the_language_of_the_pages(world: World) -> None:
    person = world.person()
    assert '<html lang="km">' in visit(world, person, world.authorize_url(ui_locales="fr km-KH en")).text
    assert '<html lang="en">' in visit(world, person, world.authorize_url(ui_locales="en km")).text


def test_a_login_hint_is_shown_to_nobody(world: World) -> None:
    page = visit(world, world.person(), world.authorize_url(login_hint="CDK000000042"))
    assert "CDK000000042" not in page.text


# -- PKCE -----------------------------------------------------------------------------------------------


def test_pkce_is_checked_at_the_exchange(world: World) -> None:
    """oidcc-ensure-request-with-valid-pkce-succeeds"""
    person = world.person()
    assert world.tokens(world.sign_in(person)).status == 200
    wrong = world.tokens(world.sign_in(person), code_verifier="x" * 43)
    assert (wrong.status, wrong["error"]) == (400, "invalid_grant")


def test_a_spent_code_is_refused_and_ends_what_it_gave(world: World) -> None:
    """oidcc-codereuse, oidcc-codereuse-30seconds"""
    page = world.sign_in(world.person())
    tokens = world.tokens(page)
    assert world.tokens(page)["error"] == "invalid_grant"
    assert world.userinfo(tokens["access_token"])[0] == 401
    again = world.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert again["error"] == "invalid_grant"


# -- claims ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "name", "value"),
    [
        ("profile", "name", "SOPHEA CHAN"),
        ("email", "email", "sophea@example.gov.kh"),
        ("phone", "phone_number", "+85512345678"),
        ("nationality", "nationality", "KH"),
        ("camdigikey_id", "camdigikey_id", "CDK000000042"),
        ("age", "age_over_18", True),
    ],
)
def test_a_scope_brings_its_claims_to_userinfo(world: World, scope: str, name: str, value: object) -> None:
    """oidcc-scope-profile, oidcc-scope-email, oidcc-scope-phone"""
    page = world.sign_in(world.person(), scope=f"openid {scope}")
    tokens = world.tokens(page)
    assert tokens["scope"] == f"openid {scope}"
    assert name not in tokens.id_token
    _, claims = world.userinfo(tokens["access_token"])
    assert claims[name] == value
    assert claims["sub"] == tokens.id_token["sub"]


def test_all_scopes_at_once_bring_all(world: World) -> None:
    """oidcc-scope-all"""
    page = world.sign_in(world.person(), scope="openid profile email address phone")
    claims = userinfo_of(world, page)
    assert {"name", "email", "phone_number", "birthdate", "gender", "name#km"} <= set(claims)


def test_what_may_not_be_had_is_dropped_and_the_answer_says_so(world: World) -> None:
    """The national number needs a written purpose (DESIGN §6.8)."""
    page = world.sign_in(world.person(), scope="openid national_id whatever offline_access email")
    tokens = world.tokens(page)
    assert tokens["scope"] == "openid email"
    assert "personal_code" not in world.userinfo(tokens["access_token"])[1]


def test_the_national_number_comes_where_its_purpose_is_written(world: World) -> None:
    with changed(world, "web", national_id_purpose="To find your land title"):
        person = world.person()
        page = world.approve(person, visit(world, person, world.authorize_url(scope="openid national_id")))
        assert kind(world, page) == "consent"
        assert "To find your land title" in page.text
        claims = userinfo_of(world, press(world, person, page))
    assert claims["personal_code"] == "010123456"


def test_single_claims_go_where_they_are_asked_for(world: World) -> None:
    """oidcc-claims-essential"""
    wish = {
        "userinfo": {"name": {"essential": True}, "nickname": None},
        "id_token": {"email": None, "auth_time": {"essential": True}},
    }
    page = world.sign_in(world.person(), scope="openid", claims=json.dumps(wish))
    tokens = world.tokens(page)
    assert tokens.id_token["email"] == "sophea@example.gov.kh"
    assert tokens.id_token["auth_time"]
    claims = world.userinfo(tokens["access_token"])[1]
    assert claims["name"] == "SOPHEA CHAN"
    assert "email" not in claims


def test_an_acr_that_is_essential_is_met_or_refused(world: World) -> None:
    """OIDC Core §5.5.1.1"""
    wish = '{"id_token": {"acr": {"essential": true, "values": ["%s"]}}}'
    page = world.sign_in(world.person(), claims=wish % ACR)
    assert world.tokens(page).id_token["acr"] == ACR
    page = visit(world, world.person(), world.authorize_url(claims=wish % "urn:other"))
    assert kind(world, page) == "error unmet_authentication_requirements"


def test_claims_locales_choose_the_untagged_name(world: World) -> None:
    claims = userinfo_of(world, world.sign_in(world.person(), claims_locales="km en"))
    assert claims["name"] == claims["name#km"] == "ចាន់ សុភា"


def test_a_person_is_another_to_each_sector_and_the_same_within_one(world: World) -> None:
    """OIDC Core §8; sub comes from camdigikey_id alone."""
    subs = {
        client_id: world.tokens(world.sign_in(world.person(), client_id), client_id).id_token["sub"]
        for client_id in ("web", "own", "second")
    }
    assert subs["web"] == subs["own"] != subs["second"]
    with changed(world, "second", subject_type="public"), changed(world, "own", subject_type="public"):
        public = {
            client_id: world.tokens(world.sign_in(world.person(), client_id), client_id).id_token["sub"]
            for client_id in ("own", "second")
        }
    assert public["own"] == public["second"]
    assert public["own"] not in subs.values()


def test_a_renewed_identity_card_is_the_same_person(world: World) -> None:
    before = world.tokens(world.sign_in(world.person())).id_token["sub"]
    world.control("POST", "/personas/sophea", personal_code="999999999")
    try:
        after = world.tokens(world.sign_in(world.person())).id_token["sub"]
    finally:
        world.control("POST", "/personas/sophea", personal_code="010123456")
    assert before == after


# -- signatures and formats -----------------------------------------------------------------------------


# RFC 9864 renames EdDSA to Ed25519; OpenID Connect's libraries know the old name.
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("alg", ["RS256", "ES256", "PS256", "EdDSA"])
def test_an_id_token_is_signed_as_the_client_is_registered(world: World, alg: str) -> None:
    """oidcc-idtoken-signature, oidcc-ensure-id-token-kid"""
    with changed(world, "own", id_token_signed_response_alg=alg):
        tokens = world.tokens(world.sign_in(world.person(), "own"), "own")
    said = world.app.test_client().get("/jwks", base_url=world.issuer).get_json()
    read = jwt.decode(tokens["id_token"], KeySet.import_key_set(said), algorithms=[alg])
    assert read.header["alg"] == alg
    assert read.header["kid"]
    assert (read.claims["iss"], read.claims["aud"]) == (world.issuer, "own")


def test_a_client_that_wants_readable_access_tokens_gets_them(world: World) -> None:
    """RFC 9068"""
    with changed(world, "own", access_token_format="at+jwt"):
        tokens = world.tokens(world.sign_in(world.person(), "own"), "own")
        assert world.userinfo(tokens["access_token"])[0] == 200
    said = world.app.test_client().get("/jwks", base_url=world.issuer).get_json()
    read = jwt.decode(tokens["access_token"], KeySet.import_key_set(said), algorithms=["RS256"])
    assert read.header["typ"] == "at+jwt"
    assert read.claims["client_id"] == "own"


# -- consent --------------------------------------------------------------------------------------------


def test_a_consent_is_remembered_and_asked_for_again_only_for_more(world: World) -> None:
    person = world.person()
    world.sign_in(person, scope="openid profile")
    assert kind(world, visit(world, person, world.authorize_url(scope="openid"))) == "code"
    wider = visit(world, person, world.authorize_url(scope="openid profile email"))
    assert kind(world, wider) == "consent"
    assert kind(world, press(world, person, wider)) == "code"
    assert kind(world, visit(world, person, world.authorize_url(scope="openid email profile"))) == "code"
    named = '{"userinfo": {"phone_number": null}}'
    assert kind(world, visit(world, person, world.authorize_url(claims=named))) == "consent"


def test_who_does_not_agree_goes_back_and_is_asked_again_the_next_time(world: World) -> None:
    person = world.person()
    page = world.approve(person, visit(world, person, world.authorize_url()))
    refused = press(world, person, page, "cancel")
    assert kind(world, refused) == "error access_denied"
    assert kind(world, visit(world, person, world.authorize_url())) == "consent"


def test_one_that_shares_nobodys_consent_page_cannot_be_answered_in_another_session(world: World) -> None:
    """The page was shown to sophea; dara has signed in since: what sophea saw says nothing of dara."""
    person = world.person()
    page = world.approve(person, visit(world, person, world.authorize_url()))
    assert kind(world, page) == "consent"
    world.sign_in(person, "own", persona="dara", prompt="login")
    answer = press(world, person, page)
    assert kind(world, answer) == "csrf 403"


# -- offline access -------------------------------------------------------------------------------------


def test_offline_access_needs_a_word_and_outlives_the_session(world: World) -> None:
    """oidcc-refresh-token"""
    person = world.person()
    url = world.authorize_url("spa", scope="openid offline_access", prompt="consent")
    page = world.approve(person, visit(world, person, url))
    assert kind(world, page) == "consent"
    tokens = world.tokens(press(world, person, page), "spa")
    assert tokens["scope"] == "openid offline_access"
    press(world, person, visit(world, person, world.issuer + "/logout"))
    refreshed = world.token("spa", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refreshed.status == 200, refreshed.body
    assert refreshed.id_token["sub"] == tokens.id_token["sub"]
    assert refreshed.id_token["auth_time"] == tokens.id_token["auth_time"]


def test_a_client_without_the_grant_type_has_no_offline_access(world: World) -> None:
    tokens = world.tokens(world.sign_in(world.person(), "own", scope="openid offline_access"), "own")
    assert tokens["scope"] == "openid"
    assert "refresh_token" not in tokens.body


# -- straight on ----------------------------------------------------------------------------------------

NAVIGATION = {"Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document", "Sec_Fetch_Site": "cross-site"}


def test_a_client_may_be_spared_the_page_before_camdigikey(world: World) -> None:
    with changed(world, "own", straight_on=True):
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
def test_only_a_navigation_of_the_whole_page_goes_straight_on(world: World, headers: dict[str, str]) -> None:
    calls = world.control("GET", "/state")["calls"]
    with changed(world, "own", straight_on=True):
        page = world.person().get(world.authorize_url("own"), **headers)
    assert page.location.startswith(world.issuer + "/login?")
    assert world.control("GET", "/state")["calls"] == calls


@pytest.mark.parametrize("name", ["Sec_Purpose", "Purpose", "X_Moz"])
def test_a_prefetch_begins_nothing(world: World, name: str) -> None:
    calls = world.control("GET", "/state")["calls"]
    with changed(world, "own", straight_on=True):
        for client_id in ("own", "web"):
            page = world.person().get(world.authorize_url(client_id), **NAVIGATION, **{name: "prefetch"})
            assert (page.status, page.location) == (403, "")
    assert world.control("GET", "/state")["calls"] == calls


def test_head_begins_nothing(world: World) -> None:
    with changed(world, "own", straight_on=True):
        said = world.app.test_client().head(world.authorize_url("own"), base_url=world.issuer)
    assert (said.status_code, said.headers["Allow"]) == (405, "GET, POST")


def test_in_v2_nobody_goes_straight_on(world_v2: World) -> None:
    with changed(world_v2, "own", straight_on=True):
        page = world_v2.person().get(world_v2.authorize_url("own"), **NAVIGATION)
    assert page.location.startswith(world_v2.issuer + "/login?")


def test_a_problem_of_a_client_that_goes_straight_on_is_a_page_and_no_circle(world: World) -> None:
    world.control("POST", "/faults", operation="login_token", kind="500")
    with changed(world, "own", straight_on=True):
        person = world.person()
        page = visit(world, person, person.get(world.authorize_url("own"), **NAVIGATION).location)
        assert kind(world, page) == "problem"
        assert kind(world, person.get(page.link("continue"), **NAVIGATION)) == "camdigikey"
