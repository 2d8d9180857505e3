"""`/revoke` (RFC 7009)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.oidc.house import NOW, SECRET, House, Said, basic

OFFLINE = ("openid", "profile", "offline_access")
DEAD = (401, "invalid_token")
REFUSED_REFRESH = (400, "invalid_grant")


def test_an_access_token_dies_alone(house: House) -> None:
    """RFC 7009 §2.1: a server MAY leave the rest of the grant."""
    house.session()
    tokens = house.tokens()
    again = house.refresh("web", tokens["refresh_token"])
    said = house.revoke(tokens["access_token"])
    assert (said.status, said.answer.body) == (200, b"")
    assert house.userinfo(tokens["access_token"]).refusal == DEAD
    assert house.userinfo(again["access_token"]).status == 200
    assert house.refresh("web", tokens["refresh_token"]).status == 200


@pytest.mark.parametrize("scope", [("openid",), OFFLINE], ids=["session-bound", "offline"])
@pytest.mark.parametrize("client_id", ["web", "post", "spa"])
def test_a_refresh_token_takes_its_whole_grant_with_it(
    house: House, client_id: str, scope: tuple[str, ...]
) -> None:
    """RFC 7009 §2.1: the access tokens of the same grant too; every client may, a public one by its name."""
    house.session()
    tokens = house.tokens(client_id, scope=scope)
    assert house.revoke(tokens["refresh_token"], client_id).status == 200
    assert house.userinfo(tokens["access_token"]).refusal == DEAD
    assert house.refresh(client_id, tokens["refresh_token"]).refusal == REFUSED_REFRESH


def test_another_grant_of_the_same_client_lives_on(house: House) -> None:
    house.session()
    first, second = house.tokens(), house.tokens()
    house.revoke(first["refresh_token"])
    assert house.refresh("web", second["refresh_token"]).status == 200


def test_a_token_that_was_rotated_before_ends_its_successors(house: House) -> None:
    house.session()
    first = house.tokens("spa")["refresh_token"]
    second = house.refresh("spa", first)
    assert house.revoke(first, "spa").status == 200
    assert house.refresh("spa", second["refresh_token"]).refusal == REFUSED_REFRESH
    assert house.userinfo(second["access_token"]).refusal == DEAD


def test_a_jwt_is_dead_where_it_is_asked_for(house: House) -> None:
    house.change("web", access_token_format="at+jwt")
    token = house.tokens()["access_token"]
    assert house.revoke(token).status == 200
    assert house.userinfo(token).refusal == DEAD
    assert not house.introspect(token)["active"]


def test_a_clients_own_token_dies_too(house: House) -> None:
    token = house.token("machine", grant_type="client_credentials")["access_token"]
    assert house.revoke(token, "machine").status == 200
    assert not house.introspect(token, "machine")["active"]


def test_the_person_stays_signed_in(house: House) -> None:
    session = house.session()
    house.revoke(house.tokens()["refresh_token"])
    assert house.services.sessions.get(session.key, NOW) is not None
    assert house.camdigikey.asked == []


@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "pct", "ចូល"])
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_a_hint_is_only_a_hint(house: House, kind: str, hint: str | None) -> None:
    """RFC 7009 §2.1: the search goes on across all types; an unknown hint is ignored."""
    house.session()
    token = house.tokens()[kind]
    assert house.revoke(token, token_type_hint=hint).status == 200
    assert not house.introspect(token)["active"]


@pytest.mark.parametrize("text", ["x", "a.b", "a.b.c", "a.o-b", "ក.ខ", "a}.b", "x" * 9000])
def test_an_unknown_token_is_as_good_as_revoked(house: House, text: str) -> None:
    """RFC 7009 §2.2."""
    said = house.revoke(text)
    assert (said.status, said.answer.body) == (200, b"")


def test_to_revoke_twice_is_no_error(house: House) -> None:
    """RFC 7009 §2.2."""
    house.session()
    tokens = house.tokens()
    for token in (tokens["access_token"], tokens["refresh_token"]):
        assert [house.revoke(token).status for _ in range(2)] == [200, 200]


def test_a_code_is_no_token_and_stays_as_it_is(house: House) -> None:
    code = house.code()
    assert house.revoke(code).status == 200
    assert house.exchange("web", code).status == 200


class TestAnotherClientsToken:
    @pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
    def test_it_is_refused_and_told(self, house: House, kind: str) -> None:
        """RFC 7009 §2.1."""
        house.session()
        tokens = house.tokens()
        assert house.revoke(tokens[kind], "post").refusal == (400, "invalid_request")
        assert house.userinfo(tokens["access_token"]).status == 200
        assert house.refresh("web", tokens["refresh_token"]).status == 200

    @pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
    def test_to_who_proves_nothing_it_is_as_one_that_nobody_knows(self, house: House, kind: str) -> None:
        """RFC 7009 §5: nobody tries out tokens here by a public client's name."""
        house.session()
        tokens = house.tokens()
        assert house.revoke(tokens[kind], "spa").answer == house.revoke("a.b", "spa").answer
        assert house.userinfo(tokens["access_token"]).status == 200
        assert house.refresh("web", tokens["refresh_token"]).status == 200


REFUSED: Mapping[str, tuple[bytes, str | None, tuple[int, str]]] = {
    "RFC7009-2.1 no client": (b"token=a.b", None, (401, "invalid_client")),
    "RFC7009-2.1 a confidential client without its secret": (
        b"token=a.b&client_id=web",
        None,
        (401, "invalid_client"),
    ),
    "RFC7009-2.1 wrong secret": (b"token=a.b", basic("web", "guess"), (401, "invalid_client")),
    "RFC7009-2.1 disabled client": (b"token=a.b", basic("off"), (401, "invalid_client")),
    "RFC7009-2.1 token missing": (b"token_type_hint=access_token", basic("web"), (400, "invalid_request")),
    "RFC6749-3.2 token twice": (b"token=a&token=b", basic("web"), (400, "invalid_request")),
    "RFC6749-2.3 two proofs": (
        b"token=a.b&client_secret=" + SECRET.encode(),
        basic("web"),
        (400, "invalid_request"),
    ),
}


@pytest.mark.parametrize("id", REFUSED)
def test_a_wrong_request_is_refused(house: House, id: str) -> None:
    body, authorization, refusal = REFUSED[id]
    headers = {"Authorization": authorization} if authorization else {}
    said = Said(house.provider.revocation.answer(house.request("revocation", body, headers)))
    assert said.refusal == refusal


def test_a_refused_request_revokes_nothing(house: House) -> None:
    house.session()
    tokens = house.tokens()
    body, headers = f"token={tokens['access_token']}".encode(), {"Authorization": basic("web", "guess")}
    house.provider.revocation.answer(house.request("revocation", body, headers))
    assert house.userinfo(tokens["access_token"]).status == 200


def test_the_answer_names_the_client_so_that_its_pages_can_read_it(house: House) -> None:
    assert house.revoke("a.b", "spa").answer.client_id == "spa"
