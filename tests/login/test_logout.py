"""Signing out of a browser."""

from __future__ import annotations

from typing import get_args

import pytest

from bridge.domain.ids import SessionKey, Sid
from bridge.domain.session import EndCause, Predecessor
from bridge.login.last_person import LastPerson
from tests.support.login_house import NOW, LoginHouse

HEARS = {"backchannel_logout_uri": "https://app.example/logout"}


def test_the_browsers_earlier_sessions_end_too_and_all_are_told(logins: LoginHouse) -> None:
    logins.client(**HEARS)
    logins.session("earlier", clients=("web",))
    last = logins.session(
        predecessors=(
            Predecessor(SessionKey("earlier"), Sid("sid of earlier")),
            Predecessor(SessionKey("gone"), Sid("sid of gone")),
        ),
        clients=("web",),
    )
    other_browser = logins.session("another browser", clients=("web",))
    notices = logins.sign_out.sign_out(last, "person")
    assert [notice.sid for notice in notices] == ["sid of session", "sid of earlier"]
    assert list(logins.sessions.live) == [other_browser.key]
    assert {message.created_at for message in logins.outbox.messages} == {NOW}
    assert [value for _, value in logins.did("upstream.logout")] == ["token of session", "token of earlier"]


@pytest.mark.parametrize("cause", get_args(EndCause))
def test_the_cause_is_handed_on(logins: LoginHouse, cause: EndCause) -> None:
    logins.sign_out.sign_out(logins.session(), cause)
    assert bool(logins.did("upstream.logout")) is (cause != "upstream")


@pytest.mark.parametrize(
    ("last", "differs"),
    [
        (LastPerson(), False),
        (LastPerson(None, signed_out=True), False),
        (LastPerson("her"), False),
        (LastPerson("her", signed_out=True), True),
        (LastPerson("him"), True),
        (LastPerson("him", signed_out=True), True),
    ],
)
def test_whom_a_browser_has_to_ask_is_this_you(last: LastPerson, differs: bool) -> None:
    assert last.differs("her") is differs


def test_the_session_of_a_hint_ends_with_those_before_it(logins: LoginHouse) -> None:
    logins.session("earlier")
    logins.session(predecessors=(Predecessor(SessionKey("earlier"), Sid("sid of earlier")),))
    logins.sign_out.sign_out(None, "application", Sid("sid of session"))
    assert list(logins.sessions.live) == []


def test_a_hint_of_nobody_ends_nothing(logins: LoginHouse) -> None:
    kept = logins.session()
    assert logins.sign_out.sign_out(None, "application", Sid("sid of another")) == ()
    assert list(logins.sessions.live) == [kept.key]
