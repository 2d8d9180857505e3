"""The person's word on "is this you?" (DESIGN §6.4)."""

from __future__ import annotations

import pytest

from bridge.domain.ids import BrowserId, ConfirmationKey
from bridge.domain.interaction import PendingConfirmation
from bridge.domain.next_step import AskConsent
from bridge.errors import ShownToUser
from tests.support.login_house import BROWSER, DARA, NOW, OTHER_BROWSER, SOPHEA, LoginHouse

KEY = ConfirmationKey("key")


@pytest.fixture
def pending(v2: LoginHouse) -> PendingConfirmation:
    """Somebody came back to BROWSER."""
    waits = PendingConfirmation(KEY, v2.interaction(), v2.login())
    v2.confirmations.put(waits, 120)
    return waits


def test_who_waits_is_found_in_their_browser_alone(v2: LoginHouse, pending: PendingConfirmation) -> None:
    assert v2.confirming.find(KEY, BROWSER) == pending
    assert v2.confirming.find(KEY, OTHER_BROWSER) is None
    assert v2.confirming.find(ConfirmationKey("another"), BROWSER) is None


def test_yes_opens_the_session_once(v2: LoginHouse, pending: PendingConfirmation) -> None:
    done = v2.confirming.accept(KEY, BROWSER, None)
    assert list(v2.sessions.live) == [done.new_session.session.key]
    assert done.new_session.session.subject.identity.camdigikey_id == SOPHEA
    assert isinstance(done.decision.step, AskConsent)
    assert done.decision.interaction.created_at == NOW
    assert dead_end(v2, BROWSER) == "link_expired"
    assert len(v2.sessions.live) == 1


def test_yes_ends_the_session_of_another_person(v2: LoginHouse, pending: PendingConfirmation) -> None:
    before = v2.session(camdigikey_id=DARA)
    v2.confirming.accept(KEY, BROWSER, before)
    assert before.key not in v2.sessions.live
    assert v2.did("upstream.logout") == [("upstream.logout", "token of session")]


def test_no_signs_whoever_came_back_out_at_camdigikey(v2: LoginHouse, pending: PendingConfirmation) -> None:
    assert v2.confirming.reject(KEY, BROWSER) == pending.interaction
    assert v2.journal == [("upstream.logout", f"token of {SOPHEA}")]
    assert v2.sessions.live == {}
    assert dead_end(v2, BROWSER) == "link_expired"


def test_another_browser_that_knows_the_key_uses_nothing_up(
    v2: LoginHouse, pending: PendingConfirmation
) -> None:
    assert dead_end(v2, OTHER_BROWSER) == "link_expired"
    with pytest.raises(ShownToUser):
        v2.confirming.reject(KEY, OTHER_BROWSER)
    assert v2.journal == []
    assert v2.confirming.find(KEY, BROWSER) == pending


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
