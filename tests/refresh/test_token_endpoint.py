"""grant_type=refresh_token (RFC 6749 §6, RFC 9700 §4.14.2, OIDC Core §12; DESIGN §6.9)."""

from __future__ import annotations

import threading

import pytest

from bridge.domain.subject import UpstreamToken
from tests.oidc.house import CONNECTOR, NOW, SESSION, House
from tests.support.round_trips import count_round_trips

DAY = 24 * 3600
OFFLINE = ("openid", "profile", "offline_access")


def test_a_refresh_gives_new_tokens_for_the_same_login(house: House) -> None:
    house.session()
    first = house.tokens()
    house.clock += 100
    said = house.refresh("web", first["refresh_token"])
    assert said.status == 200
    assert said["access_token"] != first["access_token"]
    assert said["scope"] == "openid profile"
    assert house.userinfo(said["access_token"]).body == house.userinfo(first["access_token"]).body


def test_a_refreshed_id_token_repeats_the_login(house: House) -> None:
    """OIDC Core §12.2: the same login, and no nonce, which belongs to the answer of one request."""
    house.session()
    first = house.tokens()
    house.clock += 100
    again = house.refresh("web", first["refresh_token"]).id_token
    changed = {"iat", "exp", "at_hash", "nonce"}
    assert {name for name, value in first.id_token.items() if again.get(name) != value} == changed
    assert first.id_token["nonce"] == "n-once"
    assert "nonce" not in again
    assert again["iat"] == NOW + 100
    assert again["auth_time"] == NOW - 5


def test_a_session_bound_refresh_costs_three_looks_into_redis_and_none_into_sql(house: House) -> None:
    house.session()
    token = house.tokens()["refresh_token"]
    house.refresh("web", token)
    with count_round_trips(house.redis, house.engine) as trips:
        assert house.refresh("web", token).status == 200
    assert trips == {"redis": 3}


class TestConfidential:
    def test_it_keeps_its_refresh_token(self, house: House) -> None:
        house.session()
        token = house.tokens()["refresh_token"]
        for _ in range(3):
            said = house.refresh("web", token)
            assert said.status == 200
            assert "refresh_token" not in said.body

    def test_the_idle_limit_moves_with_use_and_the_limit_in_all_stays(self, house: House) -> None:
        token = house.tokens(scope=OFFLINE)["refresh_token"]
        for day in (20, 40, 60, 80):
            house.clock = NOW + day * DAY
            assert house.refresh("web", token).status == 200, day
        house.clock = NOW + 90 * DAY
        assert house.refresh("web", token).refusal == (400, "invalid_grant")

    def test_it_dies_unused(self, house: House) -> None:
        token = house.tokens(scope=OFFLINE)["refresh_token"]
        house.clock = NOW + 30 * DAY
        assert house.refresh("web", token).refusal == (400, "invalid_grant")

    def test_moving_the_limit_is_not_written_at_every_use(self, house: House) -> None:
        token = house.tokens(scope=OFFLINE)["refresh_token"]
        house.clock += DAY
        with count_round_trips(None, house.engine) as trips:
            assert house.refresh("web", token).status == 200
        assert trips == {"sql": 1}  # the look for the token itself


class TestPublic:
    def test_its_refresh_token_rotates(self, house: House) -> None:
        house.session()
        first = house.tokens("spa")["refresh_token"]
        second = house.refresh("spa", first)["refresh_token"]
        assert second != first
        assert house.refresh("spa", second).status == 200

    @pytest.mark.parametrize("scope", [("openid",), OFFLINE], ids=["session-bound", "offline"])
    def test_a_repeated_attempt_gets_the_identical_answer(self, house: House, scope: tuple[str, ...]) -> None:
        house.session()
        token = house.tokens("spa", scope=scope)["refresh_token"]
        first = house.refresh("spa", token).answer
        house.clock += 29
        again = house.refresh("spa", token).answer
        assert (again.status, again.body, again.headers) == (200, first.body, first.headers)

    @pytest.mark.parametrize("scope", [("openid",), OFFLINE], ids=["session-bound", "offline"])
    def test_a_later_reuse_ends_the_family(self, house: House, scope: tuple[str, ...]) -> None:
        house.session()
        token = house.tokens("spa", scope=scope)["refresh_token"]
        second = house.refresh("spa", token)
        house.clock += 31
        assert house.refresh("spa", token).refusal == (400, "invalid_grant")
        assert house.refresh("spa", second["refresh_token"]).refusal == (400, "invalid_grant")
        assert house.userinfo(second["access_token"]).refusal == (401, "invalid_token")

    def test_of_many_at_once_one_rotates_and_all_get_its_answer(self, house: House) -> None:
        house.session()
        token = house.tokens("spa")["refresh_token"]
        bodies: list[bytes] = []
        threads = [
            threading.Thread(target=lambda: bodies.append(house.refresh("spa", token).answer.body))
            for _ in range(12)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(bodies) == 12
        assert len(set(bodies)) == 1

    def test_rotation_does_not_move_the_limit_in_all(self, house: House) -> None:
        token = house.tokens("spa", scope=OFFLINE)["refresh_token"]
        for day in range(20, 90, 20):
            house.clock = NOW + day * DAY
            token = house.refresh("spa", token)["refresh_token"]
        house.clock = NOW + 90 * DAY
        assert house.refresh("spa", token).refusal == (400, "invalid_grant")


class TestSession:
    def test_without_its_session_a_refresh_is_refused(self, house: House) -> None:
        house.session()
        said = house.tokens()
        house.services.sessions.end(SESSION)
        assert house.refresh("web", said["refresh_token"]).refusal == (400, "invalid_grant")

    def test_refreshing_keeps_no_session_awake_and_outlives_its_idle_limit(self, house: House) -> None:
        """DESIGN §6.24: an open dashboard goes on, and the browser signs nobody in any more."""
        house.session(upstream=UpstreamToken("upstream", CONNECTOR, NOW, NOW + 20 * 3600, NOW))
        token = house.tokens()["refresh_token"]
        for _ in range(8):
            house.clock += 600
            assert house.refresh("web", token).status == 200
        assert house.services.sessions.get(SESSION, int(house.clock)) is None
        house.clock = NOW + 8 * 3600 - 10  # its login was five seconds before the Session
        assert house.refresh("web", token).status == 200
        house.clock += 10
        assert house.refresh("web", token).refusal == (400, "invalid_grant")

    def test_an_idle_session_still_hears_of_its_end(self, house: House) -> None:
        """Watched at every refresh, it is ended by CamDigiKey's word, and tokens with it."""
        house.session(upstream=UpstreamToken("upstream", CONNECTOR, NOW, NOW + 20 * 3600, NOW))
        said = house.tokens()
        house.clock += 3700
        assert house.refresh("web", said["refresh_token"]).status == 200
        house.camdigikey.living = False
        house.clock += 300
        assert house.refresh("web", said["refresh_token"]).refusal == (400, "invalid_grant")
        assert house.services.sessions.held(SESSION, int(house.clock)) is None

    def test_a_definite_no_from_camdigikey_ends_it(self, house: House) -> None:
        house.session()
        said = house.tokens()
        house.camdigikey.living = False
        house.clock += 300
        assert house.refresh("web", said["refresh_token"]).refusal == (400, "invalid_grant")
        assert house.userinfo(said["access_token"]).refusal == (401, "invalid_token")
        assert house.services.sessions.get(SESSION, int(house.clock)) is None

    def test_an_offline_grant_does_not_hang_on_it(self, house: House) -> None:
        house.session()
        token = house.tokens(scope=OFFLINE)["refresh_token"]
        house.end_session()
        house.camdigikey.asked.clear()
        house.clock += 5 * DAY
        assert house.refresh("web", token).status == 200
        assert house.camdigikey.asked == []

    def test_a_session_bound_token_is_never_kept_in_sql(self, house: House) -> None:
        house.session()
        house.tokens()
        token = house.tokens("spa")["refresh_token"]
        with count_round_trips(None, house.engine) as trips:
            assert house.refresh("spa", token).status == 200
        assert trips == {}
        assert token.split(".")[1].startswith("s-")

    def test_a_session_that_is_over_anyway_gives_no_refresh_token(self, house: House) -> None:
        over = {"auth_time": NOW - 8 * 3600}
        assert "refresh_token" not in house.tokens(person=over).body
        assert "refresh_token" in house.tokens(person=over, scope=OFFLINE).body

    def test_the_text_of_an_offline_token_says_where_it_is_kept(self, house: House) -> None:
        assert house.tokens(scope=OFFLINE)["refresh_token"].split(".")[1].startswith("o-")


class TestScope:
    def test_it_can_be_narrowed(self, house: House) -> None:
        house.session()
        token = house.tokens(scope=("openid", "profile", "email"))["refresh_token"]
        said = house.refresh("web", token, scope="openid email")
        assert said["scope"] == "openid email"
        claims = house.userinfo(said["access_token"]).body
        assert claims["email"]
        assert "name" not in claims

    def test_narrowing_once_does_not_narrow_the_refresh_token(self, house: House) -> None:
        """RFC 6749 §6: a new refresh token has the scope of the old one."""
        house.session()
        token = house.tokens("spa")["refresh_token"]
        narrowed = house.refresh("spa", token, scope="openid")
        assert house.refresh("spa", narrowed["refresh_token"])["scope"] == "openid profile"

    def test_narrowed_below_openid_there_is_no_id_token(self, house: House) -> None:
        house.session()
        said = house.refresh("web", house.tokens()["refresh_token"], scope="profile")
        assert "id_token" not in said.body

    @pytest.mark.parametrize("scope", ["openid profile email", "magic profile openid"])
    def test_what_goes_beyond_the_grant_is_ignored(self, house: House, scope: str) -> None:
        """RFC 6749 §3.3; oidcc-refresh-token repeats the scope that it is configured with."""
        house.session()
        said = house.refresh("web", house.tokens()["refresh_token"], scope=scope)
        assert said["scope"] == "openid profile"

    @pytest.mark.parametrize("scope", ["email", "magic", "ចូល", "openid\tprofile\temail"])
    def test_it_cannot_be_another(self, house: House, scope: str) -> None:
        house.session()
        token = house.tokens()["refresh_token"]
        assert house.refresh("web", token, scope=scope).refusal == (400, "invalid_scope")
        assert house.refresh("web", token).status == 200

    def test_a_blank_scope_is_none(self, house: House) -> None:
        house.session()
        said = house.refresh("web", house.tokens()["refresh_token"], scope="  ")
        assert said["scope"] == "openid profile"

    def test_what_the_client_may_no_longer_have_is_not_given(self, house: House) -> None:
        house.session()
        token = house.tokens(scope=("openid", "profile", "phone"))["refresh_token"]
        house.change("web", scope=("openid", "phone"))
        said = house.refresh("web", token)
        assert said["scope"] == "openid phone"
        assert "name" not in house.userinfo(said["access_token"]).body

    def test_a_client_that_lost_offline_access_cannot_refresh_offline(self, house: House) -> None:
        token = house.tokens(scope=OFFLINE)["refresh_token"]
        house.change("web", scope=("openid", "profile"))
        assert house.refresh("web", token).refusal == (400, "invalid_grant")


class TestRefused:
    def test_another_clients_token(self, house: House) -> None:
        house.session()
        token = house.tokens()["refresh_token"]
        assert house.refresh("post", token).refusal == (400, "invalid_grant")
        assert house.refresh("spa", token).refusal == (400, "invalid_grant")
        assert house.refresh("web", token).status == 200

    @pytest.mark.parametrize("text", ["a.b", "a", "a.o-b", ".", "ក.ខ", "a.b.c", "x" * 5000, "a}.b\n"])
    def test_what_is_no_token_of_ours(self, house: House, text: str) -> None:
        assert house.refresh("web", text).refusal == (400, "invalid_grant")

    def test_no_token(self, house: House) -> None:
        assert house.token("web", grant_type="refresh_token").refusal == (400, "invalid_request")

    def test_a_client_without_the_grant_type(self, house: House) -> None:
        assert house.refresh("once", "a.b").refusal == (400, "unauthorized_client")

    def test_a_client_that_was_disabled(self, house: House) -> None:
        house.session()
        token = house.tokens()["refresh_token"]
        house.change("web", enabled=False)
        assert house.refresh("web", token).refusal == (401, "invalid_client")

    def test_a_code_or_an_access_token_in_its_place(self, house: House) -> None:
        house.session()
        code = house.code()
        access = house.tokens()["access_token"]
        assert house.refresh("web", code).refusal == (400, "invalid_grant")
        assert house.refresh("web", access).refusal == (400, "invalid_grant")
