"""`/token`: codes (RFC 6749 §4.1.3, OIDC Core §3.1.3) and what is wrong about a request for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest

from bridge.domain.ids import GrantId
from tests.oidc.house import CALLBACK, ISSUER, NOW, VERIFIER, House, basic, jwt_part
from tests.support.round_trips import count_round_trips


def test_a_code_gives_tokens(house: House) -> None:
    house.session()
    said = house.exchange("web", house.code())
    assert said.status == 200
    assert said["token_type"] == "Bearer"
    assert said["expires_in"] == 600
    assert said["scope"] == "openid profile"
    assert set(said.body) == {
        "access_token",
        "token_type",
        "expires_in",
        "scope",
        "refresh_token",
        "id_token",
    }
    assert house.userinfo(said["access_token"])["sub"] == said.id_token["sub"] == "pairwise-sub"


def test_the_answer_is_json_that_nobody_keeps(house: House) -> None:
    said = house.exchange("web", house.code())
    assert dict(said.headers) == {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "Pragma": "no-cache",
    }
    assert said.answer.client_id == "web"


@pytest.mark.parametrize("client_id", ["web", "post", "spa"])
def test_every_way_of_client_authentication_gets_tokens(house: House, client_id: str) -> None:
    assert house.tokens(client_id).id_token["aud"] == client_id


def test_the_exchange_costs_two_looks_into_redis_and_none_into_sql(house: House) -> None:
    house.tokens()
    code = house.code()
    with count_round_trips(house.redis, house.engine) as trips:
        assert house.exchange("web", code).status == 200
    assert trips == {"redis": 2}


def test_no_refresh_token_without_the_grant_type(house: House) -> None:
    assert "refresh_token" not in house.tokens("once").body


def test_no_id_token_where_openid_is_no_longer_granted(house: House) -> None:
    said = house.tokens(scope=("profile",))
    assert "id_token" not in said.body
    assert house.userinfo(said["access_token"]).refusal == (403, "insufficient_scope")


def test_a_scope_that_was_taken_from_the_client_meanwhile_is_not_given(house: House) -> None:
    code = house.code(scope=("openid", "profile", "email"))
    house.change("web", scope=("openid", "profile"))
    said = house.exchange("web", code)
    assert said["scope"] == "openid profile"
    assert "email" not in house.userinfo(said["access_token"]).body


WRONG: Mapping[str, tuple[dict[str, str | None], str]] = {
    "RFC6749-4.1.3 code missing": ({"code": None}, "invalid_request"),
    "RFC6749-3.2 code empty": ({"code": ""}, "invalid_request"),
    "RFC6749-5.2 code unknown": ({"code": "a.b"}, "invalid_grant"),
    "RFC6749-5.2 code of three parts": ({"code": "a.b.c"}, "invalid_grant"),
    "RFC6749-5.2 code with a brace": ({"code": "a}.b"}, "invalid_grant"),
    "RFC6749-4.1.3 redirect_uri missing": ({"redirect_uri": None}, "invalid_grant"),
    "RFC6749-4.1.3 another redirect_uri": ({"redirect_uri": CALLBACK + "&x"}, "invalid_grant"),
    "RFC7636-4.6 verifier missing": ({"code_verifier": None}, "invalid_grant"),
    "RFC7636-4.6 verifier wrong": ({"code_verifier": "w" * 43}, "invalid_grant"),
    "RFC7636-4.1 verifier too short": ({"code_verifier": "v" * 42}, "invalid_grant"),
    "RFC7636-4.1 verifier in Khmer": ({"code_verifier": "ក" * 50}, "invalid_grant"),
    "RFC7636-4.1 verifier with a line end": ({"code_verifier": VERIFIER + "\n"}, "invalid_grant"),
    "RFC6749-5.2 grant_type missing": ({"grant_type": None}, "invalid_request"),
    "RFC6749-5.2 grant_type unknown": ({"grant_type": "password"}, "unsupported_grant_type"),
    "RFC6749-5.2 grant_type in Khmer": ({"grant_type": "ចូល"}, "unsupported_grant_type"),
}


@pytest.mark.parametrize("id", WRONG)
def test_a_wrong_exchange_is_refused(house: House, id: str) -> None:
    changes, error = WRONG[id]
    said = house.exchange("web", house.code(), **changes)
    assert said.refusal == (400, error)
    assert said.body["error_description"].isascii()
    assert said.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "changes",
    [{"code_verifier": "w" * 43}, {"redirect_uri": "https://evil.example"}, {"code_verifier": None}],
)
def test_a_wrong_verifier_or_redirect_uri_burns_the_code(
    house: House, changes: dict[str, str | None]
) -> None:
    code = house.code()
    house.exchange("web", code, **changes)
    assert house.exchange("web", code).refusal == (400, "invalid_grant")


def test_an_expired_code_is_refused(house: House) -> None:
    code = house.code()
    house.clock += 60
    assert house.exchange("web", code).refusal == (400, "invalid_grant")


def test_a_spent_code_is_refused_and_ends_what_it_gave(house: House) -> None:
    """RFC 6749 §4.1.2."""
    house.session()
    code = house.code()
    first = house.exchange("web", code)
    assert house.exchange("web", code).refusal == (400, "invalid_grant")
    assert house.userinfo(first["access_token"]).refusal == (401, "invalid_token")
    assert house.refresh("web", first["refresh_token"]).refusal == (400, "invalid_grant")


def test_a_replay_by_another_client_ends_nothing(house: House) -> None:
    code = house.code()
    first = house.exchange("web", code)
    assert house.exchange("post", code).refusal == (400, "invalid_grant")
    assert house.userinfo(first["access_token"]).status == 200


def test_a_replay_by_somebody_who_does_not_prove_to_be_the_client_ends_nothing(house: House) -> None:
    code = house.code()
    first = house.exchange("web", code)
    body = urlencode({"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}).encode()
    assert house.post(body, {"Authorization": basic("web", "guess")}).refusal == (401, "invalid_client")
    assert house.userinfo(first["access_token"]).status == 200


def test_another_clients_attempt_leaves_the_code_to_its_own(house: House) -> None:
    code = house.code()
    assert house.exchange("post", code).refusal == (400, "invalid_grant")
    assert house.exchange("web", code).status == 200


def test_a_code_whose_grant_was_ended_gives_nothing(house: House) -> None:
    code = house.code()
    house.services.grants.end(GrantId(code.split(".")[0]), NOW)
    assert house.exchange("web", code).refusal == (400, "invalid_grant")


def test_a_code_whose_session_ended_gives_nothing(house: House) -> None:
    house.session()
    code = house.code()
    house.end_session()
    assert house.exchange("web", code).refusal == (400, "invalid_grant")


@pytest.mark.parametrize("scope", [("openid",), ("openid", "offline_access")], ids=["session", "offline"])
def test_tokens_whose_grant_ended_while_they_were_made_are_dead(
    house: House, scope: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A replay may overtake the exchange that has taken the code: what that one gives is worth nothing."""
    house.session()
    code = house.code(scope=scope)
    sign = house.keys.sign

    def overtaken(*args: Any) -> str:
        assert house.exchange("web", code).refusal == (400, "invalid_grant")
        return sign(*args)

    monkeypatch.setattr(house.keys, "sign", overtaken)
    said = house.exchange("web", code)
    monkeypatch.undo()
    assert said.status == 200
    assert house.userinfo(said["access_token"]).refusal == (401, "invalid_token")
    assert house.refresh("web", said["refresh_token"]).refusal == (400, "invalid_grant")


def test_a_verifier_that_no_challenge_asked_for_is_refused(house: House) -> None:
    """RFC 9700 §4.8.2: somebody may have taken the challenge out of the request."""
    code = house.code("post", code_challenge=None)
    assert house.exchange("post", code).refusal == (400, "invalid_grant")


def test_a_client_with_the_exception_needs_no_pkce(house: House) -> None:
    code = house.code("post", code_challenge=None)
    assert house.exchange("post", code, code_verifier=None).status == 200


def test_a_client_without_the_grant_type_is_refused(house: House) -> None:
    code = house.code()
    house.change("web", grant_types=("refresh_token",))
    assert house.exchange("web", code).refusal == (400, "unauthorized_client")


FORMS: Mapping[str, tuple[bytes, str]] = {
    "RFC6749-3.2 code twice": (b"grant_type=authorization_code&code=a&code=b", "invalid_request"),
    "RFC6749-3.2 unknown parameter twice": (b"grant_type=x&y=1&y=1", "invalid_request"),
    "RFC6749-3.2 an empty one twice": (b"grant_type=x&code=&code=a.b", "invalid_request"),
    "RFC6749-AppendixB not UTF-8": (b"grant_type=%ff", "invalid_request"),
    "RFC6749-AppendixB raw bytes": (b"grant_type=\xff\xfe", "invalid_request"),
    "DESIGN-6.14 too many parameters": (b"&".join(b"a%d=1" % n for n in range(500)), "invalid_request"),
    "RFC6749-3.2 empty body": (b"", "invalid_request"),
}


@pytest.mark.parametrize("id", FORMS)
def test_a_body_that_is_no_proper_form_is_refused(house: House, id: str) -> None:
    body, error = FORMS[id]
    assert house.post(body, {"Authorization": basic("web")}).refusal == (400, error)


@pytest.mark.parametrize("content_type", ["", "application/json", "multipart/form-data", "text/plain"])
def test_another_content_type_is_refused(house: House, content_type: str) -> None:
    code = house.code()
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    body = urlencode({**fields, "code_verifier": VERIFIER}).encode()
    headers = {"Authorization": basic("web")}
    assert house.post(body, headers, content_type).refusal == (400, "invalid_request")
    assert house.post(body, headers, "Application/X-WWW-Form-Urlencoded").status == 200


def test_unknown_parameters_are_ignored(house: House) -> None:
    """GitLab sends scope, others resource and audience (RFC 6749 §3.2)."""
    said = house.exchange("web", house.code(), scope="openid everything", resource="x", audience="y")
    assert said["scope"] == "openid profile"


def test_an_at_jwt_access_token_is_readable_and_works_everywhere(house: House) -> None:
    """RFC 9068 §2."""
    house.session()
    house.change("web", access_token_format="at+jwt")
    house.change("spa", access_token_format="at+jwt")
    said = house.tokens()
    assert jwt_part(said["access_token"], 0)["typ"] == "at+jwt"
    claims = house.keys.verify(said["access_token"], "at+jwt")
    assert {
        "iss": ISSUER,
        "aud": ISSUER,
        "sub": "pairwise-sub",
        "client_id": "web",
        "iat": NOW,
        "exp": NOW + 600,
        "scope": "openid profile",
        "auth_time": NOW - 5,
    }.items() <= claims.items()
    assert house.userinfo(said["access_token"])["sub"] == "pairwise-sub"
    assert house.userinfo(house.refresh("web", said["refresh_token"])["access_token"]).status == 200
    rotated = house.refresh("spa", house.tokens("spa")["refresh_token"])
    assert house.userinfo(rotated["access_token"]).status == 200


def test_an_at_jwt_with_another_signature_is_not_accepted(house: House) -> None:
    house.change("web", access_token_format="at+jwt")
    token = house.tokens()["access_token"]
    assert house.userinfo(token[:-6] + "AAAAAA").refusal == (401, "invalid_token")


def test_a_clients_own_lifetimes_count(house: House) -> None:
    house.change("web", lifetimes={"access_token": 60, "id_token": 90})
    said = house.tokens()
    assert said["expires_in"] == 60
    assert said.id_token["exp"] == NOW + 90
    house.clock += 60
    assert house.userinfo(said["access_token"]).refusal == (401, "invalid_token")


def test_two_credentials_are_never_the_same_and_carry_their_grant(house: House) -> None:
    said = [house.tokens() for _ in range(3)]
    texts = [answer[name] for answer in said for name in ("access_token", "refresh_token")]
    assert len(set(texts)) == 6
    assert said[0]["access_token"].split(".")[0] == said[0]["refresh_token"].split(".")[0]
    assert all(len(text.split(".")[1]) >= 43 for text in texts)
