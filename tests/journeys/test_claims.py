"""What an application is told of a person, and how it is signed.

The modules of the OpenID Foundation's suite that a test stands for are named in its docstring.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from bridge.domain.session import ACR
from tests.support.pages import changed, forget_consents, kind, press, visit
from tests.support.person import Page
from tests.support.world import World


@pytest.fixture(autouse=True)
def nobody_agreed_yet(world: World) -> None:
    forget_consents(world)


def userinfo_of(world: World, page: Page, client_id: str = "web") -> dict[str, Any]:
    status, claims = world.userinfo(world.tokens(page, client_id)["access_token"])
    assert status == 200
    return claims


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


# -- signatures and formats ------------------------------------------------------------------------------


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
