"""What applications are told of a person (DESIGN §7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.authorization_request import ClaimRequest, ClaimsRequest
from bridge.domain.claims import (
    CLAIMS,
    LINES,
    PERSON_SCOPES,
    SCOPES,
    SUPPORTED_CLAIMS,
    allowed_scope,
    claims_supported,
    id_token_claims,
    own_scope,
    scopes_supported,
    today,
    userinfo_claims,
)
from bridge.domain.client import Client, NameLocale
from bridge.domain.grant import Grant, Origin
from bridge.domain.ids import ClientId, GrantId, SessionKey, Sid, Sub, SubjectId
from bridge.domain.principal import LoginFacts, PersonPrincipal
from bridge.domain.session import ACR
from bridge.domain.subject import Identity, Subject
from tests.oidc.house import IDENTITY, NOW

EVERY = tuple(SCOPES)
CLIENT = Client(
    ClientId("app"), "App", (), scope=EVERY, grant_types=("refresh_token",), national_id_purpose="tax"
)
DAY = date(2026, 11, 24)


def asked(**claims: ClaimRequest) -> ClaimsRequest:
    return ClaimsRequest(userinfo=claims, id_token=claims)


def grant(
    *scope: str,
    identity: Identity = IDENTITY,
    sub: str = "Sub-1",
    claims_locales: tuple[str, ...] = (),
    claims: ClaimsRequest | None = None,
) -> Grant:
    return Grant(
        id=GrantId("g"),
        origin=Origin("interaction", "i"),
        client_id=CLIENT.client_id,
        principal=PersonPrincipal(
            Subject(SubjectId("s"), identity, NOW),
            Sub(sub),
            LoginFacts(Sid("sid"), SessionKey("k"), NOW, ACR),
            roles=("clerk", "head"),
        ),
        scope=("openid", *scope),
        created_at=NOW,
        claims=claims or ClaimsRequest(),
        claim_names=SUPPORTED_CLAIMS,
        claims_locales=claims_locales,
    )


def userinfo(
    *scope: str, client: Client = CLIENT, constant: dict[str, Any] | None = None, **changes: Any
) -> dict[str, Any]:
    return dict(userinfo_claims(grant(*scope, **changes), client, constant or {}, DAY))


TABLE: dict[str, dict[str, Any]] = {
    "profile": {
        "preferred_username": "Sub-1",
        "name": "Sophea Chan",
        "given_name": "Sophea",
        "family_name": "Chan",
        "name#km": "ចាន់ សុភា",
        "given_name#km": "សុភា",
        "family_name#km": "ចាន់",
        "gender": "female",
        "birthdate": "1990-02-03",
        "updated_at": NOW,
        "locale": "km-KH",
        "zoneinfo": "Asia/Phnom_Penh",
    },
    "email": {"email": "sophea@mail.example", "email_verified": True},
    "phone": {"phone_number": "+85512345678", "phone_number_verified": True},
    "nationality": {"nationality": "KH"},
    "camdigikey_id": {"camdigikey_id": "CDK1"},
    "national_id": {"personal_code": "010203040"},
    "age": {"age_over_16": True, "age_over_18": True, "age_over_21": True},
    "roles": {"roles": ["clerk", "head"]},
    "offline_access": {},
}


@pytest.mark.parametrize("scope", TABLE)
def test_a_scope_gives_its_claims_and_no_other(scope: str) -> None:
    assert userinfo(scope) == {"sub": "Sub-1", **TABLE[scope]}
    assert set(TABLE[scope]) == {name for name, row in CLAIMS.items() if row.source and row.scope == scope}


def test_every_claim_of_a_person_has_a_scope_and_a_line_of_the_consent_page() -> None:
    for name, row in CLAIMS.items():
        assert row.scope in PERSON_SCOPES, name
        assert (row.line in LINES) is (row.about == "person"), name
        assert not (row.about == "login" and (row.source or row.constant)), name


def test_the_tables_of_the_test_and_of_the_code_hold_the_same_scopes() -> None:
    assert set(TABLE) | {"openid", "address"} == set(SCOPES)


def test_openid_alone_gives_sub_alone() -> None:
    assert userinfo() == {"sub": "Sub-1"}


def test_sub_goes_first() -> None:
    assert next(iter(userinfo("profile", "email"))) == "sub"


TEXT = st.sampled_from([None, "", "Chan", "ចាន់", "1990-02-03", "0000", "x@y.kh"])


@given(st.builds(Identity, st.just("CDK1"), *[TEXT] * 10), st.sampled_from(["km", "en"]))
def test_nothing_is_ever_empty(identity: Identity, locale: NameLocale) -> None:
    """OIDC Core §5.3.2."""
    client = replace(CLIENT, name_locale=locale, claims_in_id_token=True)
    for claims in (
        userinfo_claims(grant(*EVERY, identity=identity), client, {"nickname": "", "website": None}, DAY),
        id_token_claims(grant(*EVERY, identity=identity), client, {}, DAY),
    ):
        assert all(value not in ("", None, {}, []) for value in claims.values())


class TestNames:
    @pytest.mark.parametrize(
        ("locales", "default", "name"),
        [
            ((), "en", "Sophea Chan"),
            ((), "km", "ចាន់ សុភា"),
            (("km",), "en", "ចាន់ សុភា"),
            (("km-KH",), "en", "ចាន់ សុភា"),
            (("KM-kh",), "en", "ចាន់ សុភា"),
            (("fr", "km"), "en", "ចាន់ សុភា"),
            (("en-GB", "km"), "km", "Sophea Chan"),
            (("fr",), "km", "ចាន់ សុភា"),
        ],
    )
    def test_claims_locales_or_else_the_client_choose_the_untagged_one(
        self, locales: tuple[str, ...], default: NameLocale, name: str
    ) -> None:
        said = userinfo("profile", client=replace(CLIENT, name_locale=default), claims_locales=locales)
        assert said["name"] == name
        assert said["name#km"] == "ចាន់ សុភា"

    def test_a_khmer_name_alone_is_the_untagged_one_too(self) -> None:
        said = userinfo("profile", identity=replace(IDENTITY, given_name=None, family_name=None))
        assert (said["name"], said["given_name"], said["family_name"]) == ("ចាន់ សុភា", "សុភា", "ចាន់")

    def test_a_latin_name_alone_has_no_tagged_one(self) -> None:
        bare = replace(IDENTITY, given_name_km=None, family_name_km=None)
        said = userinfo("profile", identity=bare, claims_locales=("km",))
        assert said["name"] == "Sophea Chan"
        assert not any("#" in name for name in said)

    def test_a_name_of_one_word_is_whole(self) -> None:
        short = replace(IDENTITY, family_name=None, given_name_km=None)
        said = userinfo("profile", identity=short)
        assert (said["name"], said["given_name"], said["name#km"]) == ("Sophea", "Sophea", "ចាន់")
        assert "family_name" not in said
        assert "given_name#km" not in said

    def test_two_scripts_are_never_mixed(self) -> None:
        said = userinfo("profile", identity=replace(IDENTITY, family_name=None))
        assert "family_name" not in said

    def test_a_person_without_any_name_has_none(self) -> None:
        said = userinfo("profile", identity=Identity("CDK1"))
        assert set(said) == {"sub", "preferred_username", "updated_at", "locale", "zoneinfo"}

    def test_a_foreigner_is_not_taken_for_a_reader_of_khmer(self) -> None:
        assert userinfo("profile", identity=replace(IDENTITY, nationality="FR"))["locale"] == "en"


class TestAge:
    @pytest.mark.parametrize(
        ("born", "day", "ages"),
        [
            ("2008-11-24", "2026-11-23", (True, False, False)),
            ("2008-11-24", "2026-11-24", (True, True, False)),
            ("2005-11-24", "2026-11-24", (True, True, True)),
            ("2008-02-29", "2026-02-28", (True, False, False)),
            ("2008-02-29", "2026-03-01", (True, True, False)),
            ("2004-02-29", "2020-02-29", (True, False, False)),
            ("2026-11-24", "2026-11-24", (False, False, False)),
        ],
    )
    def test_an_age_is_reached_on_the_birthday(self, born: str, day: str, ages: tuple[bool, ...]) -> None:
        said = userinfo_claims(
            grant("age", identity=replace(IDENTITY, birthdate=born)), CLIENT, {}, date.fromisoformat(day)
        )
        assert tuple(said[f"age_over_{years}"] for years in (16, 18, 21)) == ages

    @pytest.mark.parametrize("born", [None, "", "1990", "1990-02-30", "2026-11-25", "ឆ្នាំ"])
    def test_without_a_birthdate_that_can_be_nothing_is_said(self, born: str | None) -> None:
        assert userinfo("age", identity=replace(IDENTITY, birthdate=born)) == {"sub": "Sub-1"}

    def test_the_day_is_cambodias(self) -> None:
        evening = datetime(2026, 11, 23, 17, 0, tzinfo=UTC).timestamp()
        assert today(evening) == date(2026, 11, 24)
        assert today(evening - 1) == date(2026, 11, 23)


class TestEmail:
    WITHOUT = replace(IDENTITY, email=None)

    def test_without_an_address_none_is_said(self) -> None:
        assert userinfo("email", identity=self.WITHOUT) == {"sub": "Sub-1"}

    def test_a_pseudonymous_one_is_marked_unverified(self) -> None:
        client = replace(CLIENT, email_fallback_domain="people.gov.example")
        said = userinfo("email", client=client, identity=self.WITHOUT)
        local, _, domain = said["email"].partition("@")
        assert domain == "people.gov.example"
        assert local.isalnum() and local == local.lower()
        assert said["email_verified"] is False
        assert said == userinfo("email", client=client, identity=self.WITHOUT)

    def test_two_people_never_share_one_even_in_small_letters(self) -> None:
        client = replace(CLIENT, email_fallback_domain="people.gov.example")
        first, second = (
            userinfo("email", client=client, identity=self.WITHOUT, sub=sub)["email"]
            for sub in ("Sub", "sUB")
        )
        assert first.lower() != second.lower()

    def test_a_real_one_goes_before_it(self) -> None:
        said = userinfo("email", client=replace(CLIENT, email_fallback_domain="people.gov.example"))
        assert said == {"sub": "Sub-1", **TABLE["email"]}


class TestAsked:
    def test_a_single_claim_is_given_when_asked_for(self) -> None:
        """OIDC Core §5.5."""
        said = userinfo(claims=asked(given_name=ClaimRequest(), age_over_18=ClaimRequest(essential=True)))
        assert said == {"sub": "Sub-1", "given_name": "Sophea", "age_over_18": True}

    def test_userinfo_and_id_token_are_asked_apart(self) -> None:
        request = ClaimsRequest(userinfo={"email": ClaimRequest()}, id_token={"gender": ClaimRequest()})
        opened = grant(claims=request)
        assert userinfo_claims(opened, CLIENT, {}, DAY) == {"sub": "Sub-1", "email": IDENTITY.email}
        assert id_token_claims(opened, CLIENT, {}, DAY) == {"gender": "female"}

    def test_one_wanted_with_a_value_is_given_if_it_has_it(self) -> None:
        """OIDC Core §5.5.1."""
        fits = ClaimRequest(values=("male", "female"))
        assert userinfo(claims=asked(gender=fits)) == {"sub": "Sub-1", "gender": "female"}
        assert userinfo(claims=asked(gender=ClaimRequest(values=("male",)))) == {"sub": "Sub-1"}

    def test_what_a_scope_gives_does_not_depend_on_a_value(self) -> None:
        said = userinfo("profile", claims=asked(gender=ClaimRequest(values=("male",))))
        assert said["gender"] == "female"

    def test_a_tagged_one_can_be_asked_for(self) -> None:
        assert userinfo(claims=asked(**{"name#km": ClaimRequest()})) == {"sub": "Sub-1", "name#km": "ចាន់ សុភា"}

    def test_a_claim_whose_scope_the_client_may_not_have_is_not_given(self) -> None:
        client = replace(CLIENT, scope=("openid", "profile"))
        said = userinfo(client=client, claims=asked(email=ClaimRequest(), camdigikey_id=ClaimRequest(True)))
        assert said == {"sub": "Sub-1"}

    def test_the_national_number_is_not_given_without_a_written_purpose(self) -> None:
        client = replace(CLIENT, national_id_purpose=None)
        assert userinfo("national_id", client=client) == {"sub": "Sub-1"}
        assert userinfo(client=client, claims=asked(personal_code=ClaimRequest(True))) == {"sub": "Sub-1"}

    def test_the_sub_is_never_anything_else(self) -> None:
        assert userinfo(claims=asked(sub=ClaimRequest(values=("other",))))["sub"] == "Sub-1"


class TestClient:
    def test_an_allow_list_narrows_what_scopes_and_requests_give(self) -> None:
        client = replace(CLIENT, claims=("name", "email"))
        said = userinfo("profile", "email", client=client, claims=asked(gender=ClaimRequest()))
        assert said == {
            "sub": "Sub-1",
            "name": "Sophea Chan",
            "name#km": "ចាន់ សុភា",
            "email": IDENTITY.email,
        }

    def test_the_scopes_claims_go_into_the_id_token_by_a_switch_with_the_same_values(self) -> None:
        opened = grant("profile", "email")
        assert id_token_claims(opened, CLIENT, {}, DAY) == {}
        switched = replace(CLIENT, claims_in_id_token=True)
        assert {"sub": "Sub-1"} | id_token_claims(opened, switched, {}, DAY) == userinfo("profile", "email")

    def test_the_allowed_scope_keeps_its_order(self) -> None:
        client = Client(ClientId("x"), "X", (), scope=("email", "national_id", "offline_access"))
        assert allowed_scope(client, ("email", "offline_access", "openid", "national_id", "magic")) == (
            "email",
            "openid",
        )
        able = replace(client, national_id_purpose="tax", grant_types=("refresh_token",))
        assert allowed_scope(able, ("offline_access", "national_id")) == ("offline_access", "national_id")

    def test_a_scope_of_a_person_and_one_of_the_client_itself_are_two_things(self) -> None:
        """RFC 6749 §4.4: what a client may have for itself says nothing of people."""
        client = replace(CLIENT, scope=("openid", "profile", "reports.read"))
        words = ("openid", "reports.read", "profile", "reports.write", "email")
        assert allowed_scope(client, words) == ("openid", "profile")
        assert own_scope(client, words) == ("reports.read",)


CONSTANT = {"nickname": "Neang", "address": {"country": "KH"}, "region": "asia", "email": "no@x.kh"}


class TestConstant:
    def test_a_constant_is_given_with_its_scope(self) -> None:
        """OIDC Core §5.4."""
        said = userinfo("profile", constant=CONSTANT)
        assert said["nickname"] == "Neang"
        assert "address" not in said
        assert userinfo("address", constant=CONSTANT)["address"] == {"country": "KH"}

    def test_one_that_belongs_to_no_scope_is_always_given(self) -> None:
        assert userinfo(constant=CONSTANT) == {"sub": "Sub-1", "region": "asia"}

    def test_its_type_is_kept_as_far_as_claims_have_one(self) -> None:
        """OIDC Core §5.1: booleans and numbers are no strings; the parts of an address are."""
        given = {"resident": True, "office": 7, "zone": 1.5, "address": {"postal_code": 12000}}
        said = userinfo("address", constant=given)
        assert {name: said[name] for name in given} == {
            "resident": True,
            "office": 7,
            "zone": "1.5",
            "address": {"postal_code": "12000"},
        }
        assert said["resident"] is True

    def test_it_never_overrides_what_camdigikey_asserted(self) -> None:
        assert userinfo("email", constant=CONSTANT)["email"] == IDENTITY.email

    @pytest.mark.parametrize("name", ["sub", "sub#km", "iss", "aud", "acr", "auth_time", "sid", "nonce"])
    def test_it_says_nothing_of_the_login(self, name: str) -> None:
        assert userinfo("profile", constant={name: "x"}) == userinfo("profile")

    def test_what_it_adds_is_announced(self) -> None:
        assert set(scopes_supported({})) == set(SCOPES) - {"address"}
        assert claims_supported({}) == SUPPORTED_CLAIMS
        assert set(scopes_supported(CONSTANT)) == set(SCOPES)
        assert claims_supported(CONSTANT) == SUPPORTED_CLAIMS | {"nickname", "address", "region"}
