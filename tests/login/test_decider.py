"""What a Situation is collected from: the client as registered now, a Session that still holds, and more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bridge.domain.claims import claim_names
from bridge.domain.consent import Consent
from bridge.domain.ids import ConnectorId, InteractionId, SubjectId
from bridge.domain.interaction import Handoff, Interaction
from bridge.domain.next_step import (
    AskConsent,
    AskToReplace,
    Confirm,
    Finish,
    GoToCamDigiKey,
    Press,
    Refuse,
    ShowSignIn,
)
from bridge.domain.policy import CLOCK_SKEW
from bridge.domain.session import Session
from bridge.errors import ShownToUser
from bridge.login.decider import connector_of
from bridge.login.handoff import handoff_key
from tests.support.login_house import BROWSER, NOW, SOPHEA, LoginHouse
from tests.support.memory import NotedConnector

SILENT = frozenset(["none"])
CHECK_IS_DUE, REFRESH_IS_DUE = NOW + 300, NOW + 1801


@pytest.fixture
def session(logins: LoginHouse) -> Session:
    """Sophea's, who agreed to what INTERACTION asks before."""
    found = logins.session()
    logins.agreed(found, logins.interaction())
    return found


# -- the client --------------------------------------------------------------------------------------------

GONE: dict[str, tuple[Callable[[LoginHouse], object], str]] = {
    "disabled": (lambda logins: logins.client(enabled=False), "unknown_client"),
    "removed": (lambda logins: logins.clients.clear(), "unknown_client"),
    "without this address": (
        lambda logins: logins.client(redirect_uris=("https://app.example/other",)),
        "bad_redirect_uri",
    ),
}


@pytest.mark.parametrize(("go", "key"), GONE.values(), ids=list(GONE))
@pytest.mark.parametrize("press", ["nothing", "continue", "replace", "agree"])
def test_a_client_that_has_gone_is_a_dead_end_whatever_is_pressed(
    logins: LoginHouse, session: Session, go: Callable[[LoginHouse], object], key: str, press: Press
) -> None:
    go(logins)
    with pytest.raises(ShownToUser) as refused:
        logins.decider.decide(logins.interaction(), session, press)
    assert (refused.value.status, refused.value.key) == (400, key)
    assert refused.value.client_id == (None if key == "unknown_client" else "web")
    with pytest.raises(ShownToUser):
        logins.decider.decide_on_return(logins.interaction(), session, unfamiliar=False)


def test_its_people_sign_in_by_its_own_account_or_by_the_first(logins: LoginHouse) -> None:
    second = NotedConnector(journal=[], id=ConnectorId("second"))
    connectors = {logins.connector.id: logins.connector, second.id: second}
    assert connector_of(logins.client(), connectors) is logins.connector
    assert connector_of(logins.client(connector=second.id), connectors) is second
    with pytest.raises(ShownToUser) as refused:
        connector_of(logins.client(connector=ConnectorId("gone")), connectors)
    assert (refused.value.status, refused.value.key) == (503, "unavailable")
    assert refused.value.client_id == "web"


# -- the Session -------------------------------------------------------------------------------------------


def test_somebody_signed_in_who_agreed_before_is_asked_nothing(logins: LoginHouse, session: Session) -> None:
    decision = logins.decider.decide(logins.interaction(), session)
    sub = logins.subject_key.sub(logins.clients["web"], SOPHEA)
    assert decision.step == Finish(session, sub)
    assert (decision.client, decision.session) == (logins.clients["web"], session)
    assert logins.did("upstream.alive", "upstream.refresh") == []


@pytest.mark.parametrize("now", [CHECK_IS_DUE, REFRESH_IS_DUE])
def test_asked_silently_no_call_goes_to_camdigikey(logins: LoginHouse, session: Session, now: int) -> None:
    """DESIGN §6.2, whatever is due: it would make a frame of a page wait, and any page could cause it."""
    logins.clock.now = now
    decision = logins.decider.decide(logins.interaction(prompt=SILENT), session)
    assert isinstance(decision.step, Finish)
    assert [entry for entry in logins.journal if entry[0].startswith("upstream")] == []


@pytest.mark.parametrize(("now", "asked"), [(CHECK_IS_DUE, "alive"), (REFRESH_IS_DUE, "refresh")])
def test_asked_aloud_the_same_session_is_looked_after(
    logins: LoginHouse, session: Session, now: int, asked: str
) -> None:
    """Which shows that the test before could fail."""
    logins.clock.now = now
    logins.connector.fresh = replace(logins.login().token, value="fresh", checked_at=now)
    decision = logins.decider.decide(logins.interaction(), session)
    assert isinstance(decision.step, Finish)
    assert logins.did(f"upstream.{asked}") == [(f"upstream.{asked}", "token of session")]
    assert decision.session is not None and decision.session.upstream is not None
    assert decision.session.upstream.checked_at == now


def test_what_is_over_at_camdigikey_is_over_asked_silently_too(logins: LoginHouse, session: Session) -> None:
    silently = logins.interaction(prompt=SILENT)
    logins.clock.now = NOW + 3600 + CLOCK_SKEW - 1
    assert isinstance(logins.decider.decide(silently, session).step, Finish)
    logins.clock.now += 1
    decision = logins.decider.decide(silently, session)
    assert isinstance(decision.step, Refuse)
    assert decision.step.error.error == "login_required"
    assert decision.session is None


def test_a_session_that_camdigikey_ended_is_none(logins: LoginHouse, session: Session) -> None:
    logins.clock.now, logins.connector.living = CHECK_IS_DUE, False
    decision = logins.decider.decide(logins.interaction(), session)
    assert (decision.step, decision.session) == (ShowSignIn(), None)
    assert logins.sessions.live == {}


def test_a_session_of_this_very_interaction_is_not_asked_about(logins: LoginHouse) -> None:
    """It came back a moment ago."""
    own = logins.session(interaction_id=InteractionId("this one"))
    logins.clock.now = CHECK_IS_DUE
    logins.decider.decide(logins.interaction(), own)
    assert logins.did("upstream.alive") == []


# -- consent -----------------------------------------------------------------------------------------------


def test_consent_is_looked_up_for_this_person_and_this_client(logins: LoginHouse, session: Session) -> None:
    logins.client("other")
    assert isinstance(logins.decider.decide(logins.interaction("other"), session).step, AskConsent)
    other = logins.session("second", "CDK-dara")
    assert logins.decider.decide(logins.interaction(), other).step == AskConsent(other)


def looks(logins: LoginHouse, interaction: Interaction, session: Session | None) -> int:
    logins.decider.decide(interaction, session)
    return len(logins.did("consents.get"))


def test_it_is_looked_up_where_something_hangs_on_it_alone(logins: LoginHouse) -> None:
    session = logins.session()
    assert looks(logins, logins.interaction(), None) == 0
    assert looks(logins, logins.interaction(consented_by=session.subject.id), session) == 0
    assert looks(logins, logins.interaction(), session) == 1
    logins.client(skip_consent=True)
    assert looks(logins, logins.interaction(), session) == 1


def test_one_who_has_to_confirm_first_is_not_looked_up(logins: LoginHouse) -> None:
    session = logins.session()
    decision = logins.decider.decide_on_return(logins.interaction(), session, unfamiliar=True)
    assert decision.step == Confirm()
    assert logins.journal == []


def test_that_somebody_else_agreed_in_this_interaction_counts_for_nothing(logins: LoginHouse) -> None:
    session = logins.session()
    somebody_else = logins.subject_key.subject_id("CDK-dara")
    decision = logins.decider.decide(logins.interaction(consented_by=somebody_else), session)
    assert decision.step == AskConsent(session)


def test_nor_does_a_remembered_consent_of_somebody_else(logins: LoginHouse) -> None:
    session = logins.session()
    request = logins.interaction().request
    consent = Consent(SubjectId("else"), request.client_id, frozenset(), frozenset(), NOW)
    wide = consent.widened_by(request.scope, claim_names(request, logins.clients["web"]), NOW)
    logins.consents.kept[wide.subject_id, request.client_id] = wide
    assert logins.decider.decide(logins.interaction(), session).step == AskConsent(session)


# -- another Handoff ---------------------------------------------------------------------------------------


def under_way(logins: LoginHouse) -> None:
    key = handoff_key(logins.connector.capabilities, BROWSER, "its state")
    other = replace(logins.interaction(), id=InteractionId("another"))
    logins.handoffs.live[key] = Handoff(key, BROWSER, logins.connector.id, other, NOW, "state hash")


def test_in_v2_another_sign_in_under_way_is_asked_about_at_the_press_alone(v2: LoginHouse) -> None:
    under_way(v2)
    assert v2.decider.decide(v2.interaction(), None, "continue").step == AskToReplace()
    assert v2.decider.decide(v2.interaction(), None, "replace").step == GoToCamDigiKey(replaces_other=True)
    assert v2.decider.decide(v2.interaction(), None).step == ShowSignIn()
    v2.handoffs.live.clear()
    assert v2.decider.decide(v2.interaction(), None, "continue").step == GoToCamDigiKey()


def test_in_v3_there_may_be_many(logins: LoginHouse) -> None:
    under_way(logins)
    assert logins.decider.decide(logins.interaction(), None, "continue").step == GoToCamDigiKey()


def test_a_navigation_skips_the_login_page_where_the_client_may(logins: LoginHouse) -> None:
    logins.client(skip_login_page=True)
    decide = logins.decider.decide
    assert decide(logins.interaction(), None, navigated=True).step == GoToCamDigiKey()
    assert decide(logins.interaction(), None).step == ShowSignIn()


def test_on_the_way_back_nobody_confirms_where_the_state_came_and_the_browser_knows_them(
    logins: LoginHouse, v2: LoginHouse
) -> None:
    session = logins.session()
    decide = logins.decider.decide_on_return
    assert decide(logins.interaction(), session, unfamiliar=False).step == AskConsent(session)
    assert decide(logins.interaction(), session, unfamiliar=True).step == Confirm()
    back = v2.decider.decide_on_return(v2.interaction(), v2.session(), unfamiliar=False)
    assert back.step == Confirm()
