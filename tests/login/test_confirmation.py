"""The person's word on "is this you?" (DESIGN §6.4)."""

from __future__ import annotations

import pytest

from bridge.domain.ids import BrowserId, ConfirmationKey
from bridge.domain.interaction import PendingConfirmation
from bridge.domain.next_step import AskConsent
from bridge.domain.session import Session
from bridge.errors import ShownToUser, StoreUnavailable
from bridge.login.begin_anew import BeginAnew
from bridge.login.signing_in import SignedIn
from tests.support.login_house import BROWSER, DARA, NOW, OTHER_BROWSER, SOPHEA, LoginHouse

KEY = ConfirmationKey("key")


@pytest.fixture
def pending(v2: LoginHouse) -> PendingConfirmation:
    """Somebody came back to BROWSER."""
    waits = PendingConfirmation(KEY, v2.interaction(), v2.login(), NOW - 30, "mark", "its secret")
    v2.confirmations.put(waits, 120)
    return waits


def test_who_waits_is_found_in_their_browser_alone(v2: LoginHouse, pending: PendingConfirmation) -> None:
    assert v2.confirming.find(KEY, BROWSER) == (pending, None)
    assert v2.confirming.find(KEY, OTHER_BROWSER) is None
    assert v2.confirming.find(ConfirmationKey("another"), BROWSER) is None


def accepted(logins: LoginHouse, before: Session | None = None) -> SignedIn:
    done = logins.confirming.accept(KEY, BROWSER, before)
    assert isinstance(done, SignedIn)
    return done


def test_yes_opens_the_session(v2: LoginHouse, pending: PendingConfirmation) -> None:
    done = accepted(v2)
    assert list(v2.sessions.live) == [done.new_session.session.key]
    assert done.new_session.session.subject.identity.camdigikey_id == SOPHEA
    assert isinstance(done.decision.step, AskConsent)
    assert done.decision.interaction.created_at == NOW
    assert done.new_session.session.auth_time == NOW - 30, "of the exchange, not of the press"
    assert not done.again


def test_whatever_is_pressed_after_yes_finds_the_same_session(
    v2: LoginHouse, pending: PendingConfirmation
) -> None:
    """Also before the first press has stored it, and where the browser has its cookie by now."""
    first = accepted(v2)
    v2.clock.now += 5
    for again in (
        accepted(v2),
        accepted(v2, first.new_session.session),
        v2.confirming.reject(KEY, BROWSER, None),
    ):
        assert isinstance(again, SignedIn) and again.again
        assert again.new_session.session == first.new_session.session
        assert (again.new_session.secret, again.new_session.ends) == ("its secret", ())
        assert again.decision.step == first.decision.step
    assert list(v2.sessions.live) == [first.new_session.session.key]
    assert v2.did("upstream.logout") == []
    assert [noted["event"] for noted in v2.audit.noted] == ["session.opened"]


def test_who_has_signed_out_meanwhile_begins_anew(v2: LoginHouse, pending: PendingConfirmation) -> None:
    session = accepted(v2).new_session.session
    v2.ending.end((session.key,), "person", NOW)
    with pytest.raises(BeginAnew) as anew:
        accepted(v2)
    assert anew.value.interaction.id == pending.interaction.id
    assert v2.sessions.live == {}


@pytest.mark.parametrize("word", ["yes", "no"])
def test_whatever_is_pressed_after_no_signs_nobody_in(
    v2: LoginHouse, pending: PendingConfirmation, word: str
) -> None:
    v2.confirming.reject(KEY, BROWSER, None)
    press = v2.confirming.accept if word == "yes" else v2.confirming.reject
    assert press(KEY, BROWSER, None) == pending.interaction
    assert v2.sessions.live == {}
    assert len(v2.did("upstream.logout")) == 1


def test_yes_ends_the_session_of_another_person(v2: LoginHouse, pending: PendingConfirmation) -> None:
    before = v2.session(camdigikey_id=DARA)
    v2.confirming.accept(KEY, BROWSER, before)
    assert before.key not in v2.sessions.live
    assert v2.did("upstream.logout") == [("upstream.logout", "token of session")]


def test_no_signs_whoever_came_back_out_at_camdigikey(v2: LoginHouse, pending: PendingConfirmation) -> None:
    assert v2.confirming.reject(KEY, BROWSER, None) == pending.interaction
    assert v2.journal == [("upstream.logout", f"token of {SOPHEA}")]
    assert v2.sessions.live == {}


def test_another_browser_that_knows_the_key_uses_nothing_up(
    v2: LoginHouse, pending: PendingConfirmation
) -> None:
    assert dead_end(v2, OTHER_BROWSER) == "link_expired"
    with pytest.raises(ShownToUser):
        v2.confirming.reject(KEY, OTHER_BROWSER, None)
    assert v2.journal == []
    assert v2.confirming.find(KEY, BROWSER) == (pending, None)


def test_nobody_is_signed_in_for_a_client_that_was_disabled_meanwhile(
    v2: LoginHouse, pending: PendingConfirmation
) -> None:
    v2.client(enabled=False)
    assert dead_end(v2, BROWSER) == "unknown_client"
    assert v2.journal == [("upstream.logout", f"token of {SOPHEA}")]
    assert v2.sessions.live == {}


def dead_end(logins: LoginHouse, browser: BrowserId) -> str:
    """The key of the page that a "yes" leads to."""
    with pytest.raises(ShownToUser) as refused:
        logins.confirming.accept(KEY, browser, None)
    assert refused.value.status == 400
    return refused.value.key


def test_a_yes_that_a_store_kept_from_counting_may_come_again(
    v2: LoginHouse, pending: PendingConfirmation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise StoreUnavailable("Redis", "full")

    with monkeypatch.context() as redis:
        redis.setattr(v2.sessions, "save", broken)
        with pytest.raises(StoreUnavailable):
            v2.confirming.accept(KEY, BROWSER, None)
    assert v2.sessions.live == {}
    assert accepted(v2).new_session.session.key in v2.sessions.live
