"""ports.Connector over the library: what CamDigiKey's answers and errors mean to the bridge."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bridge.camdigikey import (
    AnswerError,
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
    TooLarge,
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

    def login_token(self, *asked: Any) -> Any:
        return self._answer("login_token", *asked)

    def user_access_token(self, auth_token: str) -> Any:
        return self._answer("user_access_token", auth_token)

    def status(self, token: str) -> Any:
        return self._answer("status", token)

    def refresh(self, token: str) -> Any:
        return self._answer("refresh", token)

    def logout(self, token: str) -> Any:
        return self._answer("logout", token)


def connector(library: Library, version: str = "v3", **more: Any) -> CamDigiKeyConnector:
    camdigikey: Any = library
    return CamDigiKeyConnector(CONNECTOR, camdigikey, version, clock=lambda: NOW + 0.5, **more)


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


@pytest.mark.parametrize("version", ["v3", "v2"])
def test_our_state_is_sent_and_no_address_that_may_not_be_registered(version: str) -> None:
    """PROTOCOL, Seen later 2 and 3."""
    library = good()
    way = connector(library, version)
    assert way.start("st-ate") == "https://camdigikey.example/login?t=1&x=%2F"
    assert way.capabilities.carries_state == (version == "v3")
    assert library.asked == [("login_token", {"state": "st-ate"}, None, None)]


def test_addresses_of_ours_are_sent_where_the_settings_say_so() -> None:
    library = good()
    connector(library, success_url="https://us.example/cb", error_url="https://us.example/no").start("s")
    assert library.asked[0][2:] == ("https://us.example/cb", "https://us.example/no")


BAD_LOGIN_URLS = [
    "",
    "javascript:alert(1)",
    "data:text/html,x",
    "//evil.example/login",
    "/login",
    "https:/evil.example",
    "https:evil.example",
    "https://",
    "https://camdigikey.example/\r\nSet-Cookie: a=b",
    "https://camdigikey.example/\nX: y",
    "https://camdigikey.example/a b",
    "https://camdigikey.example\\@evil.example/",
    "https://camdigikey.example@evil.example/",
    "https://user:word@camdigikey.example/",
    "https://camdigikey.example:99999/",
    "https://[::1/",
    "https://camdigikey.example/\u17a2",
    "https://camdigikey.example/" + "x" * 9000,
    "http://camdigikey.example/login",
    "ftp://camdigikey.example/login",
]


@pytest.mark.parametrize("url", BAD_LOGIN_URLS)
@pytest.mark.parametrize("pages", [("https:",), ("https://camdigikey.example",)], ids=["any", "one origin"])
def test_no_browser_is_sent_to_what_is_no_login_page(url: str, pages: tuple[str, ...]) -> None:
    way = connector(good(login_token=LoginToken("lt", url)), login_pages=pages)
    with pytest.raises(UpstreamBroken) as caught:
        way.start("s")
    assert caught.value.facts["operation"] == "login_token" and "evil" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "page", "goes"),
    [
        ("https://camdigikey.example/x?token=a+b/c==", "https://camdigikey.example", True),
        ("HTTPS://CamDigiKey.example:443/x", "https://camdigikey.example", True),
        ("https://camdigikey.example/x", "https://CamDigiKey.example:443", True),
        ("https://[2001:db8::1]:8444/x", "https://[2001:db8::1]:8444", True),
        ("https://camdigikey.example:8444/x", "https://camdigikey.example", False),
        ("https://evil.example/x", "https://camdigikey.example", False),
        ("https://camdigikey.example.evil.example/x", "https://camdigikey.example", False),
        ("http://127.0.0.1:1/x", "http:", True),
    ],
)
def test_a_login_page_is_at_one_of_the_origins_of_the_settings(url: str, page: str, goes: bool) -> None:
    way = connector(good(login_token=LoginToken("lt", url)), login_pages=(page,))
    if goes:
        assert way.start("s") == url  # exactly as given
    else:
        with pytest.raises(UpstreamBroken, match="none of the login_origins"):
            way.start("s")


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
        (TokenStatus(False, "USER", User("CDK1")), AccountInactive),
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


def in_answer() -> TokenBadSignature:
    """A token that CamDigiKey itself has just given, and that it has not signed."""
    error = TokenBadSignature.here("x")
    error.in_answer = True
    return error


MEANINGS: list[tuple[CamDigiKeyError, type[UpstreamError]]] = [
    (TransportError("x"), UpstreamUnavailable),
    (HttpError(500), UpstreamUnavailable),
    (BusyError("x"), UpstreamUnavailable),
    (EnvelopeError("x"), UpstreamBroken),
    (ChainError("x"), UpstreamBroken),
    (AnswerError("x"), UpstreamBroken),
    (HttpError(401), UpstreamBroken),
    (HttpError(429), UpstreamUnavailable),
    (ApiError(100), UpstreamBroken),
    (TokenBadSignature(101), UpstreamRefused),
    (in_answer(), UpstreamBroken),
    (TokenWrongDomain(102), UpstreamBroken),
    (TokenExpired(103), UpstreamUnavailable),
    (TokenDisabled(104), UpstreamRefused),
    (ApiError(105), UpstreamBroken),
    (TokenWrongType(106), UpstreamBroken),
    (TokenError(107), UpstreamBroken),
    (TokenWrongType(108), UpstreamBroken),
    (ApiError(999, "a message with a name"), UpstreamBroken),
    (ApiError(-1, "Service is busy, a message"), UpstreamUnavailable),
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


@pytest.mark.parametrize("error", [TokenExpired(103), ApiError(-1, "Service is busy"), TokenWrongDomain(102)])
def test_any_other_error_about_a_new_token_says_nothing_of_the_person(error: ApiError) -> None:
    with pytest.raises(UpstreamError) as caught:
        connector(good(status=error)).exchange("auth")
    assert caught.value.failure in ("temporarily_unavailable", "server_error")


def test_an_error_tells_operation_code_and_class_and_never_the_message() -> None:
    with pytest.raises(UpstreamError) as caught:
        connector(good(status=ApiError(731, "Sophea CHAN: service is busy"))).exchange("auth")
    assert caught.value.facts == {
        "error": "UpstreamUnavailable",
        "operation": "status",
        "error_code": "731",
        "why": "busy",
    }
    with pytest.raises(UpstreamError) as caught:
        connector(good(user_access_token=HttpError(401))).exchange("auth")
    assert caught.value.facts["error_code"] == "401" and "HTTP 401" in caught.value.facts["why"]


class TestAlive:
    def test_what_camdigikey_says(self) -> None:
        assert connector(good()).alive(TOKEN) is True
        assert connector(good(status=TokenStatus(False))).alive(TOKEN) is False

    @pytest.mark.parametrize("error", [TokenBadSignature(101), TokenExpired(103), TokenDisabled(104)])
    def test_an_expired_or_disabled_token_is_a_definite_no(self, error: TokenError) -> None:
        assert connector(good(status=error)).alive(TOKEN) is False

    @pytest.mark.parametrize(
        "error",
        [TransportError("x"), HttpError(500), EnvelopeError("x"), ApiError(105), TokenWrongDomain(102)],
    )
    def test_everything_else_is_no_answer(self, error: CamDigiKeyError) -> None:
        with pytest.raises(UpstreamError):
            connector(good(status=error)).alive(TOKEN)

    @pytest.mark.parametrize(
        "answer", [replace(PERSON, user=User("CDK2")), replace(PERSON, user=None, type="ORGANIZATION")]
    )
    def test_an_answer_about_somebody_else_says_nothing_of_this_person(self, answer: TokenStatus) -> None:
        theirs = replace(TOKEN, person="CDK1")
        assert connector(good()).alive(theirs) is True
        with pytest.raises(UpstreamBroken):
            connector(good(status=answer)).alive(theirs)
        assert connector(good(status=replace(answer, status=False))).alive(theirs) is False


class TestRefresh:
    def test_it_stays_the_same_persons(self) -> None:
        login = connector(good()).exchange("auth")
        assert login.token.person == "CDK1"
        assert connector(good()).refresh(login.token).person == "CDK1"
        assert connector(good(status=TransportError("x"))).refresh(login.token).person == "CDK1"

    def test_a_new_token_of_somebody_else_is_not_taken(self) -> None:
        with pytest.raises(UpstreamBroken):
            connector(good(status=replace(PERSON, user=User("CDK2")))).refresh(replace(TOKEN, person="CDK1"))

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
            AnswerError("a record that is malformed"),
            TooLarge("a record beyond any size"),
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
    with pytest.raises(UpstreamError) as caught:
        connector(library).alive(UpstreamToken("secret-token", CONNECTOR, NOW, NOW, NOW))
    assert "secret" not in str(caught.value)
    assert "Sophea" not in json.dumps([str(caught.value), repr(caught.value)])
