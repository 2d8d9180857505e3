"""ID tokens as they are made, and as they come back (OIDC Core §2, §3.1.2.1)."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.domain.authorization_request import ClaimRequest, ClaimsRequest
from bridge.domain.client import SIGNING_ALGS, SigningAlg
from bridge.domain.grant import Grant
from bridge.domain.ids import ClientId, Sid, Sub
from bridge.oidc.errors import HintInvalid
from bridge.oidc.id_token import HintClaims, HintReader, IdTokens, at_hash
from tests.oidc.house import ISSUER, NOW, House, jwt_part


def composed(house: House, grant: Grant, now: int = NOW, nonce: str | None = "n-once") -> str:
    return IdTokens(house.policy, house.keys).compose(grant, house.client(), "access", now, nonce)


def made(house: House, *, nonce: str | None = "n-once", **changes: Any) -> str:
    return composed(house, house.grant(**changes), nonce=nonce)


def test_it_says_all_of_the_login_and_nothing_of_the_person(house: House) -> None:
    assert jwt_part(made(house, person={"amr": ("app",)}), 1) == {
        "iss": ISSUER,
        "sub": "pairwise-sub",
        "aud": "web",
        "exp": NOW + 600,
        "iat": NOW,
        "auth_time": NOW - 5,
        "acr": "urn:camdigikey:acr:ekyc",
        "amr": ["app"],
        "sid": "sid-session-1",
        "nonce": "n-once",
        "at_hash": at_hash("access", "RS256"),
    }


def test_aud_is_a_plain_string_and_the_header_has_kid_and_typ(house: House) -> None:
    """RELYING_PARTIES §3, rules 1 and 3."""
    token = made(house)
    assert jwt_part(token, 1)["aud"] == "web"
    head = jwt_part(token, 0)
    assert (head["alg"], head["typ"]) == ("RS256", "JWT")
    assert head["kid"] in [key["kid"] for key in house.keys.jwks()["keys"] if key["alg"] == "RS256"]


def test_what_was_not_there_is_left_out(house: House) -> None:
    assert not {"nonce", "amr", "azp"} & set(jwt_part(made(house, nonce=None), 1))


def test_claims_asked_for_the_id_token_are_in_it(house: House) -> None:
    request = ClaimsRequest(id_token={"email": ClaimRequest(), "auth_time": ClaimRequest(True)})
    claims = jwt_part(made(house, claims=request), 1)
    assert (claims["email"], claims["auth_time"]) == ("sophea@mail.example", NOW - 5)


def test_by_the_clients_switch_it_has_the_same_claims_as_userinfo(house: House) -> None:
    """RELYING_PARTIES §3: Keycloak compares them."""
    house.change("web", claims_in_id_token=True)
    said = house.tokens(scope=("openid", "profile", "email"))
    userinfo = house.userinfo(said["access_token"]).body
    assert userinfo.items() <= said.id_token.items()


@pytest.mark.parametrize("alg", SIGNING_ALGS)
def test_each_alg_a_client_can_be_registered_for_signs(house: House, alg: SigningAlg) -> None:
    house.change("web", id_token_signed_response_alg=alg)
    said = house.tokens()
    assert jwt_part(said["id_token"], 0)["alg"] == alg
    assert house.keys.verify(said["id_token"])["at_hash"] == at_hash(said["access_token"], alg)


def test_at_hash_is_the_standards_example() -> None:
    """OIDC Core Appendix A.3."""
    token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
    assert at_hash(token, "RS256") == "77QmUPtjPfzWtF2AnpK9RQ"


def test_at_hash_of_ed25519_is_by_sha_512() -> None:
    assert len(at_hash("x", "EdDSA")) == 43
    assert len(at_hash("x", "ES256")) == len(at_hash("x", "PS256")) == 22


class TestHint:
    def reader(self, house: House) -> HintReader:
        return HintReader(house.keys, ISSUER)

    def test_one_of_ours_is_read(self, house: House) -> None:
        expected = HintClaims(Sub("pairwise-sub"), Sid("sid-session-1"), ClientId("web"))
        assert self.reader(house).read(made(house), house.client()) == expected
        assert self.reader(house).audience(made(house)) == "web"

    def test_an_expired_one_is_read(self, house: House) -> None:
        token = made(house)
        house.clock += 10 * 365 * 86400
        assert self.reader(house).read(token, house.client()).sub == "pairwise-sub"

    def test_one_of_a_retired_key_is_read(self, house: House) -> None:
        token = made(house)
        house.keys.rotate("RS256", NOW, at_once=True)
        assert made(house).split(".")[0] != token.split(".")[0]
        assert self.reader(house).read(token, house.client()).sub == "pairwise-sub"

    def test_one_given_to_another_client_is_refused(self, house: House) -> None:
        with pytest.raises(HintInvalid) as caught:
            self.reader(house).read(made(house), house.client("post"))
        assert caught.value.error == "invalid_request"

    def test_one_of_another_issuer_is_refused(self, house: House) -> None:
        token = house.keys.sign({"iss": "https://other.example", "sub": "x", "aud": "web"}, "RS256")
        with pytest.raises(HintInvalid):
            self.reader(house).read(token, house.client())
        assert self.reader(house).audience(token) is None

    def test_an_access_token_is_refused(self, house: House) -> None:
        house.change("web", access_token_format="at+jwt")
        with pytest.raises(HintInvalid):
            self.reader(house).read(house.tokens()["access_token"], house.client())

    @pytest.mark.parametrize("claims", [{}, {"iss": ISSUER}, {"iss": ISSUER, "sub": "x", "aud": ["web"]}])
    def test_one_without_what_an_id_token_has_is_refused(self, house: House, claims: dict[str, Any]) -> None:
        with pytest.raises(HintInvalid):
            self.reader(house).read(house.keys.sign(claims, "RS256"), house.client())

    @pytest.mark.parametrize(
        "text",
        ["", "x", "a.b", "a.b.c", "ក.ខ.គ", "eyJhbGciOiJub25lIn0.eyJhdWQiOiJ3ZWIifQ.", "." * 9, "x" * 200_000],
    )
    def test_garbage_is_refused(self, house: House, text: str) -> None:
        with pytest.raises(HintInvalid):
            self.reader(house).read(text, house.client())
        assert self.reader(house).audience(text) is None

    def test_a_changed_one_is_refused(self, house: House) -> None:
        head, body, signature = made(house).split(".")
        other = made(house, person={"auth_time": NOW}).split(".")[1]
        for forged in (f"{head}.{other}.{signature}", f"{head}.{body}.{signature[:-8]}AAAAAAAA"):
            with pytest.raises(HintInvalid):
                self.reader(house).read(forged, house.client())


def test_the_grant_and_not_the_clock_says_when_the_login_was(house: House) -> None:
    later = composed(house, house.grant(person={"auth_time": NOW - 999}), NOW + 50)
    assert jwt_part(later, 1)["auth_time"] == NOW - 999
