"""What a callback that can't be used says of the sign-in that it belongs to: for the ways on its page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bridge.domain.ids import BrowserId, ConnectorId
from bridge.domain.interaction import Handoff
from bridge.login.callback import CallbackRequest, NamedHandoff
from tests.support.login_house import BROWSER, OTHER_BROWSER, LoginHouse


def begun(logins: LoginHouse) -> Handoff:
    """BROWSER is at CamDigiKey."""
    logins.handoff_start.start(logins.interaction(), logins.connector, None, replaces_other=False)
    (handoff,) = logins.handoffs.live.values()
    return handoff


def live(logins: LoginHouse) -> None:
    begun(logins)


def expired(logins: LoginHouse) -> None:
    logins.handoffs.expire(begun(logins).key)


def answered(logins: LoginHouse) -> None:
    assert logins.handoffs.take(begun(logins).key, BROWSER) is not None


def named(
    logins: LoginHouse, *, state: str | None = "its own", browser: BrowserId = BROWSER
) -> NamedHandoff | None:
    said = logins.connector.states[-1] if state == "its own" else state
    return logins.callback.named_handoff(CallbackRequest(logins.connector, browser, said))


@pytest.mark.parametrize("stands", [live, expired, answered])
def test_its_own_browser_hears_how_it_stands(
    logins: LoginHouse, v2: LoginHouse, stands: Callable[[LoginHouse], None]
) -> None:
    for house in (logins, v2):
        stands(house)
        assert named(house) == NamedHandoff(house.interaction(), stands.__name__)  # type: ignore[arg-type]  # -- a way


@pytest.mark.parametrize("stands", [live, expired, answered])
def test_another_browser_hears_what_it_was_for_and_no_more(
    logins: LoginHouse, v2: LoginHouse, stands: Callable[[LoginHouse], None]
) -> None:
    stands(logins)
    assert named(logins, browser=OTHER_BROWSER) == NamedHandoff(logins.interaction(), None)
    stands(v2)
    assert named(v2, browser=OTHER_BROWSER) is None, "it is known by its browser alone"


def test_without_a_state_an_answered_one_proves_nothing(v2: LoginHouse) -> None:
    """Anybody can lead the browser to a callback, also after its own."""
    answered(v2)
    assert named(v2, state=None) == NamedHandoff(v2.interaction(), None)


def test_without_a_state_an_expired_one_may_be_its_own(v2: LoginHouse) -> None:
    expired(v2)
    assert named(v2, state=None) == NamedHandoff(v2.interaction(), "expired")


@pytest.mark.parametrize("stands", [live, expired, answered])
def test_with_a_false_state_nothing_of_it_goes_on(
    v2: LoginHouse, stands: Callable[[LoginHouse], None]
) -> None:
    stands(v2)
    assert named(v2, state="another") == NamedHandoff(v2.interaction(), None)


@pytest.mark.parametrize("state", [None, "", "another"])
def test_a_state_of_no_handoff_names_none(logins: LoginHouse, state: str | None) -> None:
    live(logins)
    assert named(logins, state=state) is None


def test_one_of_another_account_is_none_of_this_one(logins: LoginHouse) -> None:
    handoff = begun(logins)
    logins.handoffs.live[handoff.key] = replace(handoff, connector=ConnectorId("another"))
    assert named(logins) is None
