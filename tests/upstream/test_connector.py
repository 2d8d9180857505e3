"""ports.Connector over the library: what CamDigiKey's answers and errors mean to the bridge."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from bridge.camdigikey import (
    ApiError,
    BusyError,
    CamDigiKeyError,
    ChainError,
    EnvelopeError,
    HttpError,
    LoggedOut,
    LoginToken,
    RefreshedToken,
    TokenBadSignature,
    TokenDisabled,
    TokenError,
    TokenExpired,
    TokenStatus,
    TokenWrongDomain,
    TokenWrongType,
    TransportError,
    User,
)
from bridge.domain.ids import ConnectorId
from bridge.domain.subject import UpstreamToken
from bridge.errors import (
    AccountInactive,
    UpstreamBroken,
    UpstreamError,
    UpstreamRefused,
    UpstreamUnavailable,
)
from bridge.ports.connectors import Connector
from bridge.upstream.camdigikey import CamDigiKeyConnector

NOW = 1_790_000_000
CONNECTOR = ConnectorId("camdigikey")
TOKEN = UpstreamToken("token", CONNECTOR, NOW - 100, NOW + 3500, NOW - 100)
PERSON = TokenStatus(True, "USER", User("CDK1"), issued_at=NOW - 1.5, expires_at=NOW + 3598.5)


@dataclass
class Library:
    """The library's calls; `answers` by operation: a value, or the error to raise."""

    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[Any, ...]] = field(default_factory=list)

    def _answer(self, operation: str, *asked: Any) -> Any:
        self.asked.append((operation, *asked))
        found = self.answers[operation]
        if isinstance(found, Exception):
            raise found
        return found

    def login_token(self, callback_vars: Any = None, success_return_url: Any = None) -> Any:
        return self._answer("login_token", callback_vars, success_return_url)

    def user_access_token(self, auth_token: str) -> Any:
        return self._answer("user_access_token", auth_token)

    def status(self, token: str) -> Any:
        return self._answer("status", token)

    def refresh(self, token: str) -> Any:
        return self._answer("refresh", token)

    def logout(self, token: str) -> Any:
        return self._answer("logout", token)


def connector(library: Library, version: str = "v3") -> CamDigiKeyConnector:
    camdigikey: Any = library
    return CamDigiKeyConnector(
        CONNECTOR, camdigikey, version, "https://us.example/callback", clock=lambda: NOW + 0.5
    )


def good(**answers: Any) -> Library:
    usual = {
        "login_token": LoginToken("lt", "https://camdigikey.example/login?t=1&x=%2F"),
        "user_access_token": "new-token",
        "status": PERSON,
        "refresh": RefreshedToken("fresh"),
        "logout": LoggedOut(),
    }
    return Library({**usual, **answers})


def test_it_is_a_connector() -> None:
    port: Connector = connector(good())
    assert port.capabilities.carries_state


def test_v3_sends_our_state_and_callback() -> None:
    library = good()
    assert connector(library).start("st-ate") == "https://camdigikey.example/login?t=1&x=%2F"
    assert library.asked == [("login_token", {"state": "st-ate"}, "https://us.example/callback")]


def test_v2_sends_neither() -> None:
    library = good()
    two = connector(library, "v2")
    two.start("st-ate")
    assert not two.capabilities.carries_state
    assert library.asked == [("login_token", None, None)]


def test_an_exchange_gives_the_person_and_the_token() -> None:
    library = good()
    login = connector(library).exchange("auth")
    assert login.identity.camdigikey_id == "CDK1"
    assert login.token == UpstreamToken("new-token", CONNECTOR, NOW - 2, NOW + 3598, NOW)
    assert library.asked == [("user_access_token", "auth"), ("status", "new-token")]


def test_times_that_are_not_told_are_assumed() -> None:
    status = TokenStatus(True, "USER", User("CDK1"))
    assert connector(good(status=status)).exchange("auth").token == UpstreamToken(
        "new-token", CONNECTOR, NOW, NOW + 3600, NOW
    )


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (TokenStatus(False, "USER", User("CDK1")), UpstreamRefused),
        (TokenStatus(True, "ORGANIZATION", None), UpstreamBroken),
        (TokenStatus(True, "ORGANIZATION", User("CDK1")), UpstreamBroken),
        (TokenStatus(True, "USER", None), UpstreamBroken),
        (TokenStatus(True, "USER", User(" ")), UpstreamBroken),
    ],
)
def test_a_status_that_is_not_a_living_persons_is_no_arrival(
    status: TokenStatus, error: type[UpstreamError]
) -> None:
    with pytest.raises(error):
        connector(good(status=status)).exchange("auth")


MEANINGS: list[tuple[CamDigiKeyError, type[UpstreamError]]] = [
    (TransportError("x"), UpstreamUnavailable),
    (HttpError(500), UpstreamUnavailable),
    (BusyError("x"), UpstreamUnavailable),
    (EnvelopeError("x"), UpstreamBroken),
    (ChainError("x"), UpstreamBroken),
    (TokenBadSignature(101), UpstreamBroken),
    (TokenWrongDomain(102), UpstreamRefused),
    (TokenExpired(103), UpstreamRefused),
    (TokenDisabled(104), UpstreamRefused),
    (TokenWrongType(106), UpstreamRefused),
    (TokenError(107), UpstreamRefused),
    (ApiError(999, "a message with a name"), UpstreamRefused),
    (CamDigiKeyError("x"), UpstreamBroken),
]
CALLS: dict[str, Callable[[CamDigiKeyConnector], Any]] = {
    "login_token": lambda way: way.start("s"),
    "user_access_token": lambda way: way.exchange("a"),
    "refresh": lambda way: way.refresh(TOKEN),
}


@pytest.mark.parametrize(
    ("error", "meaning"), MEANINGS, ids=lambda case: getattr(case, "__name__", repr(case))
)
@pytest.mark.parametrize("operation", CALLS)
def test_every_error_has_its_meaning(
    operation: str, error: CamDigiKeyError, meaning: type[UpstreamError]
) -> None:
    library = good(**{operation: error})
    with pytest.raises(meaning) as caught:
        CALLS[operation](connector(library))
    assert type(caught.value) is meaning
    assert "a message" not in str(caught.value)
    assert len(library.asked) == 1  # never tried twice


def test_a_new_token_that_is_disabled_is_an_account_that_does_not_hold() -> None:
    with pytest.raises(AccountInactive) as caught:
        connector(good(status=TokenDisabled(104))).exchange("auth")
    assert caught.value.oauth_error == "access_denied"
    assert caught.value.failure == "account_inactive"


def test_any_other_refusal_of_a_new_token_says_nothing_of_the_account() -> None:
    with pytest.raises(UpstreamRefused) as caught:
        connector(good(status=TokenExpired(103))).exchange("auth")
    assert caught.value.failure == "access_denied"


class TestAlive:
    def test_what_camdigikey_says(self) -> None:
        assert connector(good()).alive(TOKEN) is True
        assert connector(good(status=TokenStatus(False))).alive(TOKEN) is False

    @pytest.mark.parametrize("error", [TokenExpired(103), TokenDisabled(104)])
    def test_an_expired_or_disabled_token_is_a_definite_no(self, error: TokenError) -> None:
        assert connector(good(status=error)).alive(TOKEN) is False

    @pytest.mark.parametrize(
        "error",
        [TransportError("x"), HttpError(500), EnvelopeError("x"), ApiError(105), TokenWrongDomain(102)],
    )
    def test_everything_else_is_no_answer(self, error: CamDigiKeyError) -> None:
        with pytest.raises(UpstreamError):
            connector(good(status=error)).alive(TOKEN)


class TestRefresh:
    def test_the_new_token_is_looked_at(self) -> None:
        library = good()
        assert connector(library).refresh(TOKEN) == UpstreamToken(
            "fresh", CONNECTOR, NOW - 2, NOW + 3598, NOW
        )
        assert library.asked == [("refresh", "token"), ("status", "fresh")]

    def test_a_new_token_is_not_lost_where_the_look_at_it_fails(self) -> None:
        found = connector(good(status=TransportError("x"))).refresh(TOKEN)
        assert found == UpstreamToken("fresh", CONNECTOR, NOW, NOW + 3600, NOW)

    def test_a_new_token_that_does_not_hold_is_refused(self) -> None:
        with pytest.raises(UpstreamRefused):
            connector(good(status=TokenStatus(False))).refresh(TOKEN)


class TestLogout:
    def test_the_token_is_ended(self) -> None:
        library = good()
        connector(library).logout(TOKEN)
        assert library.asked == [("logout", "token")]

    @pytest.mark.parametrize("error", [TokenExpired(103), TokenDisabled(104)])
    def test_one_that_is_dead_already_is_no_error(self, error: TokenError) -> None:
        connector(good(logout=error)).logout(TOKEN)

    @pytest.mark.parametrize("error", [TransportError("x"), ApiError(105)])
    def test_everything_else_is_told(self, error: CamDigiKeyError) -> None:
        with pytest.raises(UpstreamError):
            connector(good(logout=error)).logout(TOKEN)


class TestBreaker:
    @pytest.mark.parametrize(
        "error", [TransportError("x"), HttpError(503), EnvelopeError("x"), ChainError("x")]
    )
    def test_a_server_that_does_not_answer_is_left_alone(self, error: CamDigiKeyError) -> None:
        library = good(user_access_token=error)
        way = connector(library)
        for _ in range(8):
            with pytest.raises(UpstreamError):
                way.exchange("auth")
        assert len(library.asked) == 5

    @pytest.mark.parametrize(
        "error",
        [
            ApiError(105),
            TokenExpired(103),
            TokenBadSignature(101),
            HttpError(400),
            HttpError(500),
            BusyError("x"),
        ],
    )
    def test_made_up_tokens_do_not_close_the_way_for_all(self, error: CamDigiKeyError) -> None:
        library = good(user_access_token=error)
        way = connector(library)
        for _ in range(30):
            with pytest.raises(UpstreamError):
                way.exchange("made up")
        library.answers["user_access_token"] = "new-token"
        assert way.exchange("auth").identity.camdigikey_id == "CDK1"

    def test_at_the_start_where_nobodys_token_is_sent_a_500_counts(self) -> None:
        library = good(login_token=HttpError(500))
        way = connector(library)
        for _ in range(8):
            with pytest.raises(UpstreamUnavailable):
                way.start("s")
        assert len(library.asked) == 5

    def test_each_operation_has_its_own(self) -> None:
        library = good(user_access_token=TransportError("x"))
        way = connector(library)
        for _ in range(8):
            with pytest.raises(UpstreamUnavailable):
                way.exchange("auth")
        assert way.start("s")
        assert way.alive(TOKEN)


def test_no_error_text_holds_a_token() -> None:
    library = good(status=ApiError(105, "secret-token of Sophea"))
    with pytest.raises(UpstreamRefused) as caught:
        connector(library).alive(UpstreamToken("secret-token", CONNECTOR, NOW, NOW, NOW))
    assert "secret" not in str(caught.value)
    assert "Sophea" not in json.dumps([str(caught.value), repr(caught.value)])
