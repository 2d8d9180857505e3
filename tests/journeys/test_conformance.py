"""The OpenID Foundation's conformance suite, module by module: what its plans ask, asked the way it asks.

The plans Basic and Form Post Basic differ in the response mode alone, so most tests run in both. Modules that
other journeys cover are named there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from bridge.domain.client import Client
from bridge.domain.encoding import base64url
from tests.support.pages import kind, visit
from tests.support.person import Page, Person
from tests.support.world import World, make_world

CALLBACK = "https://suite.example/test/a/bridge/callback"
AFTER_LOGOUT = "https://suite.example/test/a/bridge/post_logout_redirect"
CONSTANT = {
    "website": "https://ministry.example/",
    "picture": "https://ministry.example/person.png",
    "profile": "https://ministry.example/person",
    "nickname": "Citizen",
    "middle_name": "of Cambodia",
    "address": {"formatted": "Phnom Penh", "country": "KH"},
}
SCOPES = ("openid", "profile", "email", "phone", "address", "offline_access")
# OIDC Core §5.4; the suite wants all fourteen.
PROFILE = {
    "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile",
    "picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
}  # fmt: skip
OURS = {"name#km", "given_name#km", "family_name#km"}  # beside them (OIDC Core §5.2)
EMAIL = {"email", "email_verified"}
PHONE = {"phone_number", "phone_number_verified"}
NO_PKCE = {"code_challenge": None, "code_challenge_method": None}


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A bridge set up as docs/guides/conformance.md says, with the suite's clients."""
    for world in make_world(
        tmp_path_factory.mktemp("conformance"), BRIDGE_CLAIMS__CONSTANT=json.dumps(CONSTANT)
    ):
        for name, method in (
            ("first", "client_secret_basic"),
            ("second-basic", "client_secret_basic"),
            ("posting", "client_secret_post"),
        ):
            world.register(
                Client(
                    name,
                    "Conformance suite",
                    (CALLBACK,),
                    token_endpoint_auth_method=method,
                    grant_types=("authorization_code", "refresh_token"),
                    require_pkce=False,
                    scope=SCOPES,
                    sector_identifier="suite.example",
                    post_logout_redirect_uris=(AFTER_LOGOUT,),
                )
            )
        yield world


@pytest.fixture(params=["query", "form_post"])
def mode(request: pytest.FixtureRequest) -> str:
    """How the plan wants its answers."""
    return str(request.param)


def asked(mode: str, **changes: str | None) -> dict[str, str | None]:
    """The parameters of a plan: no PKCE, and response_mode in the Form Post plan alone."""
    return {**NO_PKCE, "response_mode": None if mode == "query" else mode, "scope": "openid", **changes}


def answer(world: World, page: Page, mode: str) -> dict[str, str]:
    """What reaches the callback, and that it does so in the plan's mode."""
    if mode == "query":
        assert page.location.startswith(CALLBACK + "?"), page.text[:300]
        return page.params
    assert kind(world, page) == "form_post"
    assert page.form("continue").action == CALLBACK
    return page.form("continue").fields


def sign_in(
    world: World, person: Person, mode: str, client_id: str = "first", **changes: str | None
) -> dict[str, str]:
    """The whole way of somebody who says yes to everything."""
    page = visit(world, person, world.authorize_url(client_id, **asked(mode, **changes)))
    if kind(world, page) == "sign_in":
        page = world.approve(person, page)
    if kind(world, page) == "consent":
        page = person.follow(person.press(page, "continue"), until="https://")
    return answer(world, page, mode)


def tokens(world: World, said: dict[str, str], client_id: str = "first") -> Any:
    """The exchange of a code, without PKCE."""
    assert said["state"] == "st-ate"
    return world.token(client_id, grant_type="authorization_code", code=said["code"], redirect_uri=CALLBACK)


def object_of(**words: str) -> str:
    """An unsigned request object (OIDC Core §6.1)."""
    parts = ({"alg": "none"}, words)
    return ".".join(base64url(json.dumps(part).encode()) for part in parts) + "."


# -- signing in, and who asks the token endpoint ---------------------------------------------------------


@pytest.mark.parametrize("client_id", ["first", "posting"])
def test_either_way_of_sending_the_secret_gets_tokens(suite: World, mode: str, client_id: str) -> None:
    """oidcc-server, oidcc-server-client-secret-post"""
    said = tokens(suite, sign_in(suite, suite.person(), mode, client_id), client_id)
    assert said.status == 200
    assert (said["token_type"], said.id_token["aud"]) == ("Bearer", client_id)
    assert (said.id_token["iss"], said.id_token["nonce"]) == (suite.issuer, "n-once")


@pytest.mark.parametrize(
    "way", ["oidcc-userinfo-get", "oidcc-userinfo-post-header", "oidcc-userinfo-post-body"]
)
def test_userinfo_answers_to_the_three_ways_of_asking(suite: World, mode: str, way: str) -> None:
    """oidcc-userinfo-get, oidcc-userinfo-post-header, oidcc-userinfo-post-body"""
    issued = tokens(suite, sign_in(suite, suite.person(), mode))
    browser, bearer = suite.app.test_client(), {"Authorization": f"Bearer {issued['access_token']}"}
    said = {
        "oidcc-userinfo-get": lambda: browser.get("/userinfo", headers=bearer, base_url=suite.issuer),
        "oidcc-userinfo-post-header": lambda: browser.post(
            "/userinfo", headers=bearer, base_url=suite.issuer
        ),
        "oidcc-userinfo-post-body": lambda: browser.post(
            "/userinfo",
            data=urlencode({"access_token": issued["access_token"]}),
            content_type="application/x-www-form-urlencoded;charset=UTF-8",
            base_url=suite.issuer,
        ),
    }[way]()
    assert (said.status_code, said.mimetype) == (200, "application/json")
    assert said.get_json() == {"sub": issued.id_token["sub"]}


# -- claims ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        pytest.param("openid profile", PROFILE | OURS, id="oidcc-scope-profile"),
        pytest.param("openid email", EMAIL, id="oidcc-scope-email"),
        pytest.param("openid phone", PHONE, id="oidcc-scope-phone"),
        pytest.param("openid address", {"address"}, id="oidcc-scope-address"),
        pytest.param(
            "openid profile email address phone",
            PROFILE | OURS | EMAIL | PHONE | {"address"},
            id="oidcc-scope-all",
        ),
        pytest.param("email openid", EMAIL, id="oidcc-ensure-other-scope-order-succeeds"),
    ],
)
def test_a_scope_brings_exactly_its_claims(suite: World, mode: str, scope: str, names: set[str]) -> None:
    """oidcc-scope-profile, -email, -phone, -address, -all; oidcc-ensure-other-scope-order-succeeds"""
    issued = tokens(suite, sign_in(suite, suite.person(), mode, scope=scope))
    assert set(issued["scope"].split()) == set(scope.split())
    status, claims = suite.userinfo(issued["access_token"])
    assert status == 200
    assert set(claims) == names | {"sub"}
    assert not (names & set(issued.id_token))


def test_every_claim_has_the_type_that_the_standard_says(suite: World) -> None:
    """oidcc-scope-all, which looks at the types as well (OIDC Core §5.1)"""
    issued = tokens(suite, sign_in(suite, suite.person(), "query", scope=" ".join(SCOPES[:-1])))
    claims = suite.userinfo(issued["access_token"])[1]
    types: dict[str, type] = dict.fromkeys(claims, str) | dict.fromkeys(EMAIL | PHONE, bool)
    types |= {"email": str, "phone_number": str, "updated_at": int, "address": dict}
    assert {name: type(value) for name, value in claims.items()} == types
    assert claims.items() >= CONSTANT.items()


# -- requests that are refused, and those that are not ---------------------------------------------------


def test_without_a_response_type_the_client_is_told(suite: World, mode: str) -> None:
    """oidcc-response-type-missing"""
    page = suite.person().get(suite.authorize_url("first", **asked(mode, response_type=None)))
    said = answer(suite, page, mode)
    assert (said["error"], said["state"]) == ("invalid_request", "st-ate")


def test_an_unsigned_request_object_is_refused_as_unsupported(suite: World, mode: str) -> None:
    """oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported: the query repeats only
    what OAuth demands."""
    words = {"state": "st-ate", "nonce": "n-once", "scope": "openid", "response_mode": mode}
    url = suite.authorize_url("first", **asked("query", state=None, nonce=None, request=object_of(**words)))
    said = answer(suite, suite.person().get(url), mode)
    assert (said["error"], said["state"]) == ("request_not_supported", "st-ate")


def test_a_redirect_uri_of_a_request_object_leads_nowhere(suite: World, mode: str) -> None:
    """oidcc-ensure-request-object-with-redirect-uri: the query's address is wrong, the object's is right"""
    inside = object_of(redirect_uri=CALLBACK, state="st-ate", response_mode=mode)
    for address in (CALLBACK + "/wrong", None):
        page = suite.person().get(
            suite.authorize_url("first", **asked(mode, redirect_uri=address, request=inside))
        )
        assert kind(suite, page) == "bad_redirect_uri 400"
    page = suite.person().get(suite.authorize_url("first", **asked(mode, request=inside)))
    assert answer(suite, page, mode)["error"] == "request_not_supported"


def test_a_refresh_keeps_what_the_suite_compares(suite: World, mode: str) -> None:
    """oidcc-refresh-token: with the second client, too, which can't use the first one's token"""
    person, scope = suite.person(), "openid offline_access"
    issued = {
        name: tokens(suite, sign_in(suite, person, mode, name, scope=scope, prompt="consent"), name)
        for name in ("first", "second-basic")
    }
    for name, before in issued.items():
        after = suite.token(
            name, grant_type="refresh_token", refresh_token=before["refresh_token"], scope=scope + " email"
        )
        assert (after.status, after["scope"]) == (200, scope)
        same = ("iss", "sub", "aud", "auth_time")
        assert [after.id_token[name] for name in same] == [before.id_token[name] for name in same]
        assert after.id_token["iat"] >= before.id_token["iat"]
    other = issued["second-basic"]["refresh_token"]
    said = suite.token("first", grant_type="refresh_token", refresh_token=other)
    assert (said.status, said["error"]) == (400, "invalid_grant")


# -- discovery -------------------------------------------------------------------------------------------


def test_discovery_says_what_the_config_plan_verifies(suite: World) -> None:
    """oidcc-discovery-endpoint-verification"""
    said = suite.app.test_client().get("/.well-known/openid-configuration", base_url=suite.issuer)
    assert (said.status_code, said.mimetype) == (200, "application/json")
    found = said.get_json()
    assert found["issuer"] == suite.issuer
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"):
        assert found[name].startswith(suite.issuer + "/")
    assert found["response_types_supported"] == ["code"]
    assert set(found["response_modes_supported"]) == {"query", "form_post"}
    assert "RS256" in found["id_token_signing_alg_values_supported"]
    assert {"pairwise"} <= set(found["subject_types_supported"])
    assert set(SCOPES) <= set(found["scopes_supported"])
    assert PROFILE | EMAIL | PHONE | {"address"} <= set(found["claims_supported"])
    assert (found["request_parameter_supported"], found["request_uri_parameter_supported"]) == (False, False)
    keys = suite.app.test_client().get("/jwks", base_url=suite.issuer).get_json()["keys"]
    assert not any({"d", "p", "q", "dp", "dq", "qi", "k"} & set(key) for key in keys)
    assert len({key["kid"] for key in keys}) == len(keys)


def test_discovery_says_where_to_sign_out_and_signing_out_there_works(suite: World) -> None:
    """oidcc-rp-initiated-logout-discovery-endpoint-verification, oidcc-rp-initiated-logout"""
    said = suite.app.test_client().get("/.well-known/openid-configuration", base_url=suite.issuer).get_json()
    person, state = suite.person(), "s" * 128
    issued = tokens(suite, sign_in(suite, person, "query"))
    wish = {"id_token_hint": issued["id_token"], "post_logout_redirect_uri": AFTER_LOGOUT, "state": state}
    page = person.visit(f"{said['end_session_endpoint']}?{urlencode(wish)}", until="https://")
    assert (page.location, page.params) == (f"{AFTER_LOGOUT}?state={state}", {"state": state})
    page = person.get(suite.authorize_url("first", **asked("query", prompt="none")))
    assert page.params["error"] == "login_required"
