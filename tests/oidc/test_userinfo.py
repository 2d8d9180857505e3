"""`/userinfo` (OIDC Core §5.3, RFC 6750)."""

from __future__ import annotations

import pytest

from bridge.oidc.answer import FORM, ClientRequest
from bridge.oidc.endpoints import url_of
from tests.oidc.house import ISSUER, House, Said
from tests.support.round_trips import count_round_trips

HEADER = "WWW-Authenticate"


def ask(house: House, method: str, authorization: str = "", body: bytes = b"", kind: str = FORM) -> Said:
    headers = {"Authorization": authorization} if authorization else {}
    request = ClientRequest(method, url_of("userinfo", ISSUER), headers, kind, body)
    return Said(house.provider.userinfo.answer(request))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_token_in_the_header_gives_the_claims(house: House, method: str) -> None:
    said = ask(house, method, "Bearer " + house.tokens()["access_token"])
    assert said.status == 200
    assert next(iter(said.body)) == "sub"
    assert said["name"] == "Sophea Chan"
    assert said.headers["Content-Type"] == "application/json"
    assert said.headers["Cache-Control"] == "no-store"
    assert said.answer.client_id == "web"


def test_a_token_in_a_forms_body_gives_the_claims(house: House) -> None:
    token = house.tokens()["access_token"]
    assert ask(house, "POST", body=b"access_token=" + token.encode()).status == 200


def test_the_scheme_may_be_written_in_any_case(house: House) -> None:
    """RFC 7235 §2.1."""
    assert ask(house, "GET", "bEARER  " + house.tokens()["access_token"]).status == 200


def test_khmer_is_sent_as_utf_8(house: House) -> None:
    said = ask(house, "GET", "Bearer " + house.tokens()["access_token"])
    assert "ចាន់ សុភា".encode() in said.answer.body


def test_it_costs_one_look_into_redis(house: House) -> None:
    token = house.tokens()["access_token"]
    with count_round_trips(house.redis, house.engine) as trips:
        assert house.userinfo(token).status == 200
    assert trips == {"redis": 1}


def test_without_a_token_no_error_code_is_told(house: House) -> None:
    """RFC 6750 §3.1."""
    said = ask(house, "GET")
    assert said.status == 401
    assert said.headers[HEADER].startswith('Bearer realm="')
    assert "error" not in said.headers[HEADER]


@pytest.mark.parametrize(
    "authorization",
    ["Bearer x", "Bearer a.b", "Bearer a.b.c", "Bearer a b", "Bearer " + "x" * 9000, "Bearer ក"],
)
def test_what_is_no_token_of_ours_is_refused(house: House, authorization: str) -> None:
    said = ask(house, "GET", authorization)
    assert said.refusal == (401, "invalid_token")
    assert 'error="invalid_token"' in said.headers[HEADER]


@pytest.mark.parametrize("authorization", ["Basic d2ViOng=", "Bearer ", "Bearer", "x"])
def test_another_scheme_or_an_empty_token_is_none(house: House, authorization: str) -> None:
    said = ask(house, "GET", authorization)
    assert (said.status, said.headers[HEADER][:7]) == (401, "Bearer ")


def test_two_ways_at_once_are_refused(house: House) -> None:
    """RFC 6750 §2."""
    token = house.tokens()["access_token"]
    said = ask(house, "POST", f"Bearer {token}", b"access_token=" + token.encode())
    assert said.refusal == (400, "invalid_request")


@pytest.mark.parametrize("body", [b"access_token=a&access_token=b", b"access_token=%ff", b"\xff"])
def test_a_body_that_is_no_proper_form_is_refused(house: House, body: bytes) -> None:
    assert ask(house, "POST", body=body).refusal == (400, "invalid_request")


def test_a_body_of_another_type_is_not_looked_at(house: House) -> None:
    token = house.tokens()["access_token"]
    body = b'{"access_token": "x"}'
    assert ask(house, "POST", f"Bearer {token}", body, "application/json").status == 200
    assert ask(house, "POST", "", body, "application/json").status == 401


def test_an_expired_token_is_refused(house: House) -> None:
    token = house.tokens()["access_token"]
    house.clock += 600
    assert house.userinfo(token).refusal == (401, "invalid_token")


def test_a_token_of_a_client_that_was_disabled_is_refused(house: House) -> None:
    token = house.tokens()["access_token"]
    house.change("web", enabled=False)
    assert house.userinfo(token).refusal == (401, "invalid_token")


def test_a_refresh_token_or_a_code_is_refused(house: House) -> None:
    said = house.tokens()
    assert house.userinfo(said["refresh_token"]).refusal == (401, "invalid_token")
    assert house.userinfo(house.code()).refusal == (401, "invalid_token")


def test_a_token_without_openid_is_told_what_it_lacks(house: House) -> None:
    """RFC 6750 §3.1."""
    said = house.userinfo(house.tokens(scope=("profile",))["access_token"])
    assert said.refusal == (403, "insufficient_scope")
    assert 'scope="openid"' in said.headers[HEADER]
