"""`/introspect` (RFC 7662)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bridge.domain.grant import Confirmation
from bridge.oidc.token_issuer import TokenIssuer
from bridge.stores.redis import layout
from tests.oidc.house import ISSUER, NOW, SECRET, SESSION, House, Said, basic, jwt_part
from tests.support.round_trips import count_round_trips

INACTIVE = {"active": False}
OFFLINE = ("openid", "profile", "offline_access")
AT_JWT = "at+jwt"


def test_an_access_token_is_told_as_it_is(house: House) -> None:
    """RFC 7662 §2.2."""
    said = house.introspect(house.tokens()["access_token"])
    assert said.status == 200
    assert said.body == {
        "active": True,
        "scope": "openid profile",
        "client_id": "web",
        "token_type": "Bearer",
        "exp": NOW + 600,
        "iat": NOW,
        "sub": "pairwise-sub",
        "aud": ISSUER,
        "iss": ISSUER,
        "sid": "sid-session-1",
    }


def test_the_answer_is_json_that_nobody_keeps(house: House) -> None:
    said = house.introspect(house.tokens()["access_token"])
    assert said.headers["Content-Type"] == "application/json"
    assert said.headers["Cache-Control"] == "no-store"


def test_a_token_that_is_a_jwt_is_told_with_its_jti(house: House) -> None:
    """RFC 7662 §2.2; what is said is what the JWT says (RFC 9068 §2.2)."""
    house.change("web", access_token_format=AT_JWT)
    token = house.tokens()["access_token"]
    claims, said = jwt_part(token, 1), house.introspect(token).body
    shared = ("jti", "iss", "sub", "aud", "client_id", "iat", "exp", "scope", "sid")
    assert {name: said[name] for name in shared} == {name: claims[name] for name in shared}


def test_a_refresh_token_is_told_without_a_token_type(house: House) -> None:
    """RFC 7662 §2.2: token_type is the one of RFC 6749 §5.1, that of access tokens."""
    house.session()
    said = house.introspect(house.tokens()["refresh_token"])
    assert said.body == {
        "active": True,
        "scope": "openid profile",
        "client_id": "web",
        "exp": NOW - 5 + 8 * 3600,  # with its Session
        "iat": NOW,
        "sub": "pairwise-sub",
        "iss": ISSUER,
        "sid": "sid-session-1",
    }


def test_an_offline_refresh_token_is_active_without_a_session(house: House) -> None:
    said = house.introspect(house.tokens(scope=OFFLINE)["refresh_token"])
    assert (said["active"], said["exp"]) == (True, NOW + 30 * 86400)


def test_a_clients_own_token_has_no_person(house: House) -> None:
    token = house.token("machine", grant_type="client_credentials")["access_token"]
    said = house.introspect(token, "machine")
    assert (said["active"], said["client_id"]) == (True, "machine")
    assert not {"sub", "sid", "username"} & set(said.body)


def test_the_key_that_a_token_is_bound_to_is_told(house: House) -> None:
    """RFC 8705 §3.2, RFC 9449 §6.2."""
    grant = house.grant(cnf=Confirmation(jkt="thumbprint"))
    issuer = TokenIssuer(house.policy, house.services.token_bytes, house.keys)
    issued = issuer.issue(grant, house.client(), grant.scope, None, NOW)
    assert house.services.grants.open(grant, NOW)
    assert house.services.tokens.mint(grant, issued.access, None)
    assert house.introspect(issued.access[0])["cnf"] == {"jkt": "thumbprint"}


@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "id_token", "ចូល"])
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_a_wrong_hint_only_costs_a_second_look(house: House, kind: str, hint: str | None) -> None:
    """RFC 7662 §2.1: the search goes on across all types."""
    house.session()
    assert house.introspect(house.tokens()[kind], token_type_hint=hint)["active"]


def test_an_access_token_costs_one_look_into_redis(house: House) -> None:
    token = house.tokens()["access_token"]
    with count_round_trips(house.redis, house.engine) as trips:
        assert house.introspect(token)["active"]
    assert trips == {"redis": 1}


class TestInactive:
    """RFC 7662 §2.2: whatever the reason, nothing else is told."""

    @pytest.mark.parametrize("text", ["x", "a.b", "a.b.c", "a.o-b", "ក.ខ", "a}.b", "x" * 9000, "a.b\n"])
    def test_what_is_no_token_of_ours(self, house: House, text: str) -> None:
        said = house.introspect(text)
        assert (said.status, said.body) == (200, INACTIVE)

    @pytest.mark.parametrize("client_id", ["post", "once", "machine"])
    def test_another_clients_token(self, house: House, client_id: str) -> None:
        """RFC 7662 §4: not everybody who may ask may know of every token."""
        house.session()
        tokens = house.tokens()
        assert house.introspect(tokens["access_token"], client_id).body == INACTIVE
        assert house.introspect(tokens["refresh_token"], client_id).body == INACTIVE

    def test_an_expired_one(self, house: House) -> None:
        token = house.tokens()["access_token"]
        house.clock += 600
        assert house.introspect(token).body == INACTIVE

    def test_one_whose_grant_has_ended(self, house: House) -> None:
        house.session()
        code = house.code()
        tokens = house.exchange("web", code)
        house.exchange("web", code)  # a replay
        assert house.introspect(tokens["access_token"]).body == INACTIVE
        assert house.introspect(tokens["refresh_token"]).body == INACTIVE

    def test_one_whose_session_has_ended(self, house: House) -> None:
        house.session()
        tokens = house.tokens()
        house.end_session()
        assert house.introspect(tokens["access_token"]).body == INACTIVE
        assert house.introspect(tokens["refresh_token"]).body == INACTIVE

    def test_a_code_or_an_id_token(self, house: House) -> None:
        code = house.code()
        assert house.introspect(code).body == INACTIVE
        assert house.exchange("web", code).status == 200  # it was left as it is
        assert house.introspect(house.tokens()["id_token"]).body == INACTIVE

    def test_a_jwt_with_another_signature(self, house: House) -> None:
        house.change("web", access_token_format=AT_JWT)
        token = house.tokens()["access_token"]
        assert house.introspect(token[:-6] + "AAAAAA").body == INACTIVE

    def test_one_of_an_earlier_client_of_the_same_id(self, house: House) -> None:
        token = house.tokens()["access_token"]
        house.change("web", client_id_issued_at=NOW + 60)
        assert house.introspect(token).body == INACTIVE


class TestRefreshToken:
    """RFC 7662 §4: active is what would be accepted."""

    def test_one_whose_session_is_idle_too_long_is_inactive(self, house: House) -> None:
        house.session()
        token = house.tokens()["refresh_token"]
        house.redis.command("DEL", layout.session(SESSION))  # as its time to live does
        assert house.introspect(token).body == INACTIVE

    def test_asking_does_not_keep_the_session_alive(self, house: House) -> None:
        house.session()
        token = house.tokens()["refresh_token"]
        for _ in range(3):
            house.clock += 1300
            house.introspect(token)
        assert house.refresh("web", token).refusal == (400, "invalid_grant")

    @pytest.mark.parametrize("scope", [("openid",), OFFLINE], ids=["session-bound", "offline"])
    def test_one_that_was_rotated_is_inactive(self, house: House, scope: tuple[str, ...]) -> None:
        house.session()
        first = house.tokens("spa", scope=scope)["refresh_token"]
        second = house.refresh("spa", first)["refresh_token"]
        house.change("spa", token_endpoint_auth_method="client_secret_post", secret_hashes=secrets(house))
        assert house.introspect(first, "spa").body == INACTIVE
        assert house.introspect(second, "spa")["active"]

    def test_one_of_a_client_that_lost_offline_access_is_inactive(self, house: House) -> None:
        token = house.tokens(scope=OFFLINE)["refresh_token"]
        house.change("web", scope=("openid", "profile"))
        assert house.introspect(token).body == INACTIVE

    def test_one_of_a_client_that_may_refresh_no_more_is_inactive(self, house: House) -> None:
        house.session()
        token = house.tokens()["refresh_token"]
        house.change("web", grant_types=("authorization_code",))
        assert house.introspect(token).body == INACTIVE


def secrets(house: House) -> tuple[str, ...]:
    return house.client().secret_hashes


REFUSED: Mapping[str, tuple[bytes, str | None, tuple[int, str]]] = {
    "RFC7662-2.1 no proof": (b"token=a.b", None, (401, "invalid_client")),
    "RFC7662-2.1 a public client": (b"token=a.b&client_id=spa", None, (401, "invalid_client")),
    "RFC7662-2.3 wrong secret": (b"token=a.b", basic("web", "guess"), (401, "invalid_client")),
    "RFC7662-2.3 disabled client": (b"token=a.b", basic("off"), (401, "invalid_client")),
    "RFC7662-2.3 unknown client": (b"token=a.b", basic("nobody"), (401, "invalid_client")),
    "RFC7662-2.1 a bearer token is no proof here": (b"token=a.b", "Bearer a.b", (401, "invalid_client")),
    "RFC7662-2.1 token missing": (b"", basic("web"), (400, "invalid_request")),
    "RFC7662-2.1 token empty": (b"token=", basic("web"), (400, "invalid_request")),
    "RFC6749-3.2 token twice": (b"token=a&token=b", basic("web"), (400, "invalid_request")),
    "RFC6749-2.3 two proofs": (
        b"token=a.b&client_secret=" + SECRET.encode(),
        basic("web"),
        (400, "invalid_request"),
    ),
    "RFC6749-AppendixB not UTF-8": (b"token=%ff", basic("web"), (400, "invalid_request")),
}


def ask(house: House, body: bytes, authorization: str | None) -> Said:
    headers = {"Authorization": authorization} if authorization else {}
    return Said(house.provider.introspection.answer(house.request("introspection", body, headers)))


@pytest.mark.parametrize("id", REFUSED)
def test_a_wrong_question_is_refused(house: House, id: str) -> None:
    body, authorization, refusal = REFUSED[id]
    said = ask(house, body, authorization)
    assert said.refusal == refusal
    assert "active" not in said.body
    assert ("WWW-Authenticate" in said.headers) == (refusal[0] == 401)


def test_a_public_clients_own_token_is_not_told_even_to_itself(house: House) -> None:
    """RFC 7662 §2.1: who asks has to be authorized, and who only says a name is not."""
    token = house.tokens("spa")["access_token"]
    assert house.introspect(token, "spa").refusal == (401, "invalid_client")


def test_a_public_client_that_is_refused_is_named_so_that_its_pages_can_read_why(house: House) -> None:
    said = house.introspect("a.b", "spa")
    assert (said.refusal, said.answer.client_id) == ((401, "invalid_client"), "spa")
