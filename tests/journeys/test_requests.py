"""What an application may ask at `/authorize`, each through a whole sign-in.

The modules of the OpenID Foundation's suite that a test stands for are named in its docstring.
"""

from __future__ import annotations

import json

import pytest

from bridge.domain.encoding import base64url
from bridge.domain.session import ACR
from tests.support.pages import forget_consents, kind, visit
from tests.support.world import CALLBACK, World


@pytest.fixture(autouse=True)
def nobody_agreed_yet(world: World) -> None:
    forget_consents(world)


# -- the answer ------------------------------------------------------------------------------------------


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


UNSIGNED = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}


def request_object(text: str | bytes) -> str:
    """An unsigned one, of whatever stands in it."""
    data = text.encode() if isinstance(text, str) else text
    return f"{UNSIGNED}.{base64url(data)}."


@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_a_request_object_is_refused_the_way_it_asks_for(world: World, mode: str) -> None:
    """oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported: response_mode and state
    stand in the object alone (OIDC Core §6.1)."""
    said = json.dumps(
        {"response_mode": mode, "state": "of the object", "redirect_uri": "https://evil.example"}
    )
    page = world.person().get(world.authorize_url(state=None, request=request_object(said)))
    if mode == "form_post":
        form = page.form("continue")
        assert form.action == CALLBACK
        answer = form.fields
    else:
        assert page.location.startswith(CALLBACK + "&")
        answer = page.params
    assert answer["error"] == "request_not_supported"
    assert answer["state"] == "of the object"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.b.c",
        "...",
        f"{UNSIGNED}.ក.",
        request_object("[]"),
        request_object("{"),
        request_object(b"\xff\xfe"),
        request_object("[" * 50_000),
        request_object('{"response_mode": ["form_post"], "state": {"a": 1}}'),
        request_object('{"response_mode": "fragment", "state": "' + "x" * 20_000 + '"}'),
        request_object(r'{"state": "\ud800"}'),
    ],
    ids=str.__len__,
)
def test_a_request_object_of_nonsense_is_refused_by_query(world: World, text: str) -> None:
    page = world.person().get(world.authorize_url(state=None, request=text or "x"))
    assert page.location.startswith(CALLBACK + "&")
    assert page.params["error"] in ("request_not_supported", "invalid_request")
    assert "state" not in page.params


def test_the_querys_own_words_go_before_the_request_objects(world: World) -> None:
    said = request_object('{"response_mode": "form_post", "state": "of the object"}')
    page = world.person().get(world.authorize_url(state="own", response_mode="query", request=said))
    assert page.params["state"] == "own"


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


# -- PKCE ------------------------------------------------------------------------------------------------


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
