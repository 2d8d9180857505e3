"""What a browser brings back from CamDigiKey, and what comes of it (DESIGN §6.4, §6.5, §6.6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bridge.domain.activity import login_reference
from bridge.domain.encoding import digest
from bridge.domain.ids import BrowserId, ConfirmationKey, ConnectorId, HandoffKey, SessionKey
from bridge.domain.interaction import Handoff, Interaction
from bridge.domain.next_step import AskConsent, Finish
from bridge.domain.policy import CLOCK_SKEW, REPEATED_FOR
from bridge.domain.session import Session
from bridge.errors import (
    AccountInactive,
    ShownToUser,
    StoreUnavailable,
    UpstreamBroken,
    UpstreamError,
    UpstreamFailure,
    UpstreamRefused,
    UpstreamUnavailable,
)
from bridge.login.callback import (
    CallbackOutcome,
    CallbackRequest,
    ConfirmationRequired,
    Resumed,
    UnsolicitedCallback,
)
from bridge.login.last_person import LastPerson
from bridge.login.signing_in import SignedIn
from tests.support.login_house import BROWSER, DARA, NOW, OTHER_BROWSER, SOPHEA, LoginHouse

TOKEN = "auth.token"


def away(logins: LoginHouse, interaction: Interaction | None = None, person: str = SOPHEA) -> str | None:
    """BROWSER is at CamDigiKey, where this person approves; the state that comes back, if one does."""
    interaction = interaction or logins.interaction()
    logins.handoff_start.start(interaction, logins.connector, None, replaces_other=False)
    logins.connector.logins[TOKEN] = logins.login(person)
    logins.journal.clear()
    return logins.connector.states[-1] if logins.connector.capabilities.carries_state else None


def back(
    logins: LoginHouse, state: str | None, token: str = TOKEN, browser: BrowserId = BROWSER, **known: Any
) -> CallbackOutcome:
    return logins.callback.success(returned(logins, state, token, browser, **known), limit=lambda: None)


def returned(
    logins: LoginHouse,
    state: str | None,
    token: str = "",
    browser: BrowserId = BROWSER,
    session: Session | None = None,
    last_person: LastPerson | None = None,
) -> CallbackRequest:
    person = last_person or LastPerson()
    return CallbackRequest(logins.connector, browser, state, token, session, person, "request-1")


def mark(logins: LoginHouse, person: str) -> str:
    return logins.subject_key.browser_mark(person)


def test_with_the_state_back_the_person_is_signed_in_at_once(logins: LoginHouse) -> None:
    done = back(logins, away(logins))
    assert isinstance(done, SignedIn)
    session = done.new_session.session
    assert logins.sessions.live == {session.key: session}
    assert session.interaction_id == done.decision.interaction.id == "this one"
    assert done.decision.interaction.created_at == NOW  # the time for what is asked next begins now
    assert done.decision.session == session
    assert isinstance(done.decision.step, AskConsent)


def test_the_token_is_burnt_before_the_handoff_is_taken_and_nothing_is_open_before_the_exchange(
    logins: LoginHouse,
) -> None:
    done = back(logins, away(logins))
    assert isinstance(done, SignedIn)
    assert [call for call, *_ in logins.journal if call != "consents.get"] == [
        "spent.spend",
        "handoffs.take",
        "upstream.exchange",
        "sessions.save",
    ]


def test_remembered_consent_needs_no_further_page(logins: LoginHouse) -> None:
    logins.agreed(logins.session(), logins.interaction())
    done = back(logins, away(logins))
    assert isinstance(done, SignedIn)
    assert isinstance(done.decision.step, Finish)


def test_without_the_state_the_person_confirms_first(v2: LoginHouse) -> None:
    done = back(v2, away(v2))
    assert done == ConfirmationRequired(key_of(TOKEN), v2.interaction())
    assert v2.sessions.live == {}
    (pending,) = v2.confirmations.pending.values()
    assert (pending.key, pending.login) == (key_of(TOKEN), v2.login())
    assert pending.interaction == v2.interaction()
    assert v2.confirmations.lives == {pending.key: v2.policy.lifetimes.confirm}


def key_of(token: str) -> ConfirmationKey:
    return ConfirmationKey(digest("confirmation:" + token))


UNFAMILIAR: dict[str, Callable[[LoginHouse], LastPerson]] = {
    "another person": lambda logins: LastPerson(mark(logins, DARA)),
    "the same, signed out": lambda logins: LastPerson(mark(logins, SOPHEA), signed_out=True),
}
FAMILIAR: dict[str, Callable[[LoginHouse], LastPerson]] = {
    "nobody yet": lambda logins: LastPerson(),
    "the same": lambda logins: LastPerson(mark(logins, SOPHEA)),
}


@pytest.mark.parametrize("last", UNFAMILIAR.values(), ids=list(UNFAMILIAR))
def test_where_somebody_else_was_last_the_person_confirms_first(
    logins: LoginHouse, last: Callable[[LoginHouse], LastPerson]
) -> None:
    asked = ConfirmationRequired(key_of(TOKEN), logins.interaction())
    assert back(logins, away(logins), last_person=last(logins)) == asked
    assert logins.sessions.live == {}


@pytest.mark.parametrize("last", FAMILIAR.values(), ids=list(FAMILIAR))
def test_where_nobody_else_was_last_the_person_does_not_confirm(
    logins: LoginHouse, last: Callable[[LoginHouse], LastPerson]
) -> None:
    assert isinstance(back(logins, away(logins), last_person=last(logins)), SignedIn)


def test_another_persons_session_in_this_browser_ends(logins: LoginHouse) -> None:
    state, before = away(logins), logins.session(camdigikey_id=DARA)
    done = back(logins, state, session=before)
    assert isinstance(done, SignedIn)
    assert SessionKey("session") not in logins.sessions.live


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (UpstreamRefused("x"), "access_denied"),
        (AccountInactive("x"), "account_inactive"),
        (UpstreamUnavailable("x"), "temporarily_unavailable"),
        (UpstreamBroken("x"), "server_error"),
    ],
)
def test_a_failed_exchange_resumes_the_interaction_with_its_failure(
    logins: LoginHouse, error: UpstreamError, failure: UpstreamFailure
) -> None:
    state = away(logins)
    logins.connector.logins[TOKEN] = error
    interaction = replace(logins.interaction(), failure=failure, failed_in="request-1", created_at=NOW)
    assert back(logins, state) == Resumed(interaction, error)
    assert logins.sessions.live == {}
    (noted,) = logins.audit.facts
    assert (noted["event"], noted["error"]) == ("handoff.failed", type(error).__name__)
    assert noted["request_id"] == "request-1"  # the reference number on the page that follows


# -- what does not fit together ----------------------------------------------------------------------------


def unsolicited(logins: LoginHouse, state: str | None, browser: BrowserId = BROWSER) -> None:
    with pytest.raises(UnsolicitedCallback) as refused:
        back(logins, state, browser=browser)
    assert (refused.value.status, refused.value.key) == (400, "unsolicited_callback")
    assert not logins.did("upstream.exchange"), "whoever raised it ends it: UnsolicitedLogins"
    assert logins.did("spent.spend") == [("spent.spend", TOKEN)]
    assert logins.sessions.live == {}


@pytest.mark.parametrize("state", [None, "", "another"])
def test_another_state_or_none_belongs_to_no_handoff(logins: LoginHouse, state: str | None) -> None:
    away(logins)
    unsolicited(logins, state)
    assert len(logins.handoffs.live) == 1, "the sign-in under way goes on waiting"


def test_another_browser_takes_no_handoff(logins: LoginHouse) -> None:
    unsolicited(logins, away(logins), OTHER_BROWSER)
    assert len(logins.handoffs.live) == 1


def test_another_browser_takes_no_handoff_in_v2_either(v2: LoginHouse) -> None:
    unsolicited(v2, away(v2), OTHER_BROWSER)
    assert len(v2.handoffs.live) == 1


def test_a_handoff_of_another_account_is_none_of_this_one(logins: LoginHouse) -> None:
    state = away(logins)
    (handoff,) = logins.handoffs.live.values()
    logins.handoffs.live[handoff.key] = replace(handoff, connector=ConnectorId("another"))
    unsolicited(logins, state)


def test_the_callback_again_finds_its_session_and_exchanges_nothing(logins: LoginHouse) -> None:
    state = away(logins)
    first = back(logins, state)
    assert isinstance(first, SignedIn)
    logins.journal.clear()
    again = back(logins, state)
    assert isinstance(again, SignedIn) and again.again
    assert again.new_session.session == first.new_session.session
    assert again.new_session.secret == first.new_session.secret, "its cookie may have been lost"
    assert logins.did("spent.spend", "upstream.exchange", "sessions.save") == [("spent.spend", TOKEN)]


def end_it(logins: LoginHouse) -> None:
    logins.ending.end(tuple(logins.sessions.live), "person", NOW)


def leave_for_a_minute(logins: LoginHouse) -> None:
    logins.clock.now += REPEATED_FOR + 1


@pytest.mark.parametrize("over", [end_it, leave_for_a_minute])
def test_after_a_minute_or_a_sign_out_it_gets_the_clean_address(
    logins: LoginHouse, over: Callable[[LoginHouse], None]
) -> None:
    state = away(logins)
    back(logins, state)
    over(logins)
    assert back(logins, state) == Resumed(logins.interaction())


def test_while_the_person_is_asked_the_callback_again_leads_to_the_same_page(v2: LoginHouse) -> None:
    state = away(v2)
    first = back(v2, state)
    assert back(v2, state) == first
    v2.confirmations.pending.clear()
    assert back(v2, state) == Resumed(v2.interaction())


def test_a_spent_token_in_another_browser_is_a_dead_end(logins: LoginHouse) -> None:
    state = away(logins)
    back(logins, state)
    with pytest.raises(ShownToUser) as refused:
        back(logins, state, browser=OTHER_BROWSER)
    assert (refused.value.status, refused.value.key) == (400, "already_used")


class LimitReached(Exception):
    """Of the test: what `limit` raises."""


def no_more() -> None:
    raise LimitReached


def test_strangers_are_limited_before_anything_is_written(logins: LoginHouse) -> None:
    state = away(logins)
    for browser, said in ((OTHER_BROWSER, state), (BROWSER, "another"), (BROWSER, None)):
        with pytest.raises(LimitReached):
            logins.callback.success(returned(logins, said, TOKEN, browser), limit=no_more)
    assert logins.journal == []


def test_who_has_a_handoff_is_not_counted(logins: LoginHouse) -> None:
    done = logins.callback.success(returned(logins, away(logins), TOKEN), limit=no_more)
    assert isinstance(done, SignedIn)


# -- the client goes while the person is away --------------------------------------------------------------

GONE: dict[str, Callable[[LoginHouse], object]] = {
    "disabled": lambda logins: logins.client(enabled=False),
    "removed": lambda logins: logins.clients.remove(logins.clients["web"].client_id),
    "another address": lambda logins: logins.client(redirect_uris=("https://app.example/other",)),
}


@pytest.mark.parametrize("go", GONE.values(), ids=list(GONE))
@pytest.mark.parametrize("version", ["v3", "v2"])
def test_nobody_is_signed_in_for_a_client_that_has_gone_and_their_token_is_ended(
    version: str, go: Callable[[LoginHouse], object]
) -> None:
    logins = LoginHouse(carries_state=version == "v3")
    state = away(logins)
    go(logins)
    with pytest.raises(ShownToUser):
        back(logins, state)
    assert logins.did("upstream.logout") == [("upstream.logout", f"token of {SOPHEA}")]
    assert (logins.sessions.live, logins.confirmations.pending) == ({}, {})


# -- errors ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "message", "expected_code", "why", "failure"),
    [
        ("access_denied", "", "access_denied", "refused", "access_denied"),
        ("cancelled", "", "cancelled", "refused", "access_denied"),
        ("104", "", "104", "other", "access_denied"),
        ("4001", "Sophea rejected it", "4001", "refused", "access_denied"),
        ("<b>", "", "other", "other", "access_denied"),
        ("", "", "other", "none", "access_denied"),
        ("102", "Invalid client domain", "102", "domain", "server_error"),
        ("500", "Service is busy", "500", "busy", "temporarily_unavailable"),
    ],
)
def test_an_error_with_its_state_ends_the_handoff(
    logins: LoginHouse, code: str, message: str, expected_code: str, why: str, failure: Any
) -> None:
    state = away(logins)
    refused = logins.callback.error(returned(logins, state), code, message)
    assert refused is not None and (refused.error_code, refused.why) == (expected_code, why)
    assert refused.interaction == replace(logins.interaction(), failure=failure, failed_in="request-1")
    assert logins.handoffs.live == {}
    (noted,) = logins.audit.facts
    assert noted == {
        "event": "handoff.refused",
        "now": str(NOW),
        "client_id": "web",
        "login": login_reference(logins.interaction().id),
        "connector": logins.connector.id,
        "error_code": expected_code,
        "request_id": "request-1",
        "why": why,
        "with_state": "True",
    }


@pytest.mark.parametrize("state", [None, "another"])
def test_an_error_without_its_state_changes_nothing(logins: LoginHouse, state: str | None) -> None:
    away(logins)
    assert logins.callback.error(returned(logins, state), "access_denied") is None
    assert (len(logins.handoffs.live), logins.journal) == (1, [])


def test_an_error_in_another_browser_changes_nothing(logins: LoginHouse) -> None:
    state = away(logins)
    assert logins.callback.error(returned(logins, state, browser=OTHER_BROWSER), "access_denied") is None
    assert len(logins.handoffs.live) == 1


def test_in_v2_an_error_without_a_state_is_shown_and_ends_nothing(v2: LoginHouse) -> None:
    away(v2)
    assert v2.callback.error(returned(v2, "another"), "access_denied") is None
    refused = v2.callback.error(returned(v2, None), "access_denied")
    assert refused is not None and refused.interaction.failure == "access_denied"
    assert len(v2.handoffs.live) == 1
    assert v2.callback.error(returned(v2, v2.connector.states[-1]), "access_denied") == replace(
        refused, proven=True
    )
    assert v2.handoffs.live == {}


def test_in_v2_a_state_that_comes_back_has_to_be_the_right_one(v2: LoginHouse) -> None:
    away(v2)
    with pytest.raises(UnsolicitedCallback):
        back(v2, "another")
    assert len(v2.handoffs.live) == 1
    v2.connector.logins["second.token"] = v2.login(SOPHEA)
    assert isinstance(back(v2, v2.connector.states[-1], "second.token"), ConfirmationRequired)


def test_a_token_from_before_the_handoff_signs_nobody_in(logins: LoginHouse) -> None:
    """Whoever steals a token may bring it into a login of their own; an old one does not fit there."""
    state = away(logins)
    login = logins.login(SOPHEA)
    old = replace(login.token, issued_at=login.token.checked_at - CLOCK_SKEW - 1)
    logins.connector.logins[TOKEN] = replace(login, token=old)
    failed = back(logins, state)
    assert isinstance(failed, Resumed) and failed.interaction.failure == "server_error"
    assert logins.audit.facts[-1]["event"] == "handoff.failed"
    assert "before this sign-in began" in logins.audit.facts[-1]["why"]
    assert logins.sessions.live == {}


def test_a_token_that_somebody_else_was_faster_with_shows_in_the_audit(logins: LoginHouse) -> None:
    victims = away(logins)
    thief = logins.interaction(id="the thief's", browser=OTHER_BROWSER)
    stolen = back(logins, away(logins, thief), browser=OTHER_BROWSER)
    assert isinstance(stolen, SignedIn)
    assert back(logins, victims) == Resumed(logins.interaction())
    assert list(logins.sessions.live) == [stolen.new_session.session.key]
    told, opened = logins.audit.facts[-1], logins.audit.noted[-1]
    assert told["event"] == "handoff.token_spent_elsewhere"
    assert (opened["event"], opened["auth_token"]) == ("session.opened", told["auth_token"])


def test_only_the_browser_that_began_a_handoff_is_shown_it(logins: LoginHouse) -> None:
    away(logins)
    (handoff,) = logins.handoffs.live.values()
    assert isinstance(handoff, Handoff)
    assert logins.callback.live_handoff(handoff.key, BROWSER) == handoff
    assert logins.callback.live_handoff(handoff.key, OTHER_BROWSER) is None
    assert logins.callback.live_handoff(HandoffKey("another"), BROWSER) is None
    assert logins.callback.live_handoff(HandoffKey(""), BROWSER) is None


def test_redis_away_after_the_auth_token_was_burnt_is_no_dead_end(
    logins: LoginHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same address again: a burnt token signs nobody in, and the person begins again."""
    state = away(logins)

    def broken(*_: object) -> None:
        raise StoreUnavailable("Redis", "timeout")

    with monkeypatch.context() as redis:
        redis.setattr(logins.handoffs, "take", broken)
        with pytest.raises(StoreUnavailable):
            back(logins, state)
    assert back(logins, state) == Resumed(logins.interaction())
    (handoff,) = logins.handoffs.live.values()
    assert handoff.interaction.id == "this one"
    assert logins.sessions.live == {}
