"""The start of a trip to CamDigiKey."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.domain.authorization_request import Prompt
from bridge.domain.connector import Capabilities
from bridge.domain.encoding import digest
from bridge.domain.grant import Origin
from bridge.domain.interaction import GivenAnswer
from bridge.domain.session import Session
from bridge.errors import UpstreamBroken, UpstreamError, UpstreamRefused, UpstreamUnavailable
from bridge.login.handoff import AnsweredBefore, OtherHandoffLive, StartedHandoff, handoff_key
from tests.support.login_house import BROWSER, NOW, OTHER_BROWSER, LoginHouse


def start(
    logins: LoginHouse, session: Session | None = None, *, replaces_other: bool = False, **request: Any
) -> StartedHandoff:
    interaction = logins.interaction(**request)
    return logins.handoff_start.start(interaction, logins.connector, session, replaces_other=replaces_other)


def test_it_is_found_by_the_state_where_one_comes_back(logins: LoginHouse) -> None:
    started = start(logins, failure="server_error")
    (state,) = logins.connector.states
    assert len(state) == 43  # 256 bits
    assert started == StartedHandoff("https://camdigikey.example/login", started.key)
    assert started.key == digest(state)
    handoff = logins.handoffs.live[started.key]
    assert (handoff.key, handoff.browser) == (started.key, BROWSER)
    assert handoff.connector == logins.connector.id
    assert handoff.interaction == logins.interaction(), "it begins anew: a failure before is forgotten"
    assert logins.handoffs.lives == {started.key: logins.policy.lifetimes.handoff}


def test_it_is_found_by_the_browser_where_no_state_comes_back(v2: LoginHouse) -> None:
    started = start(v2)
    assert started.key == digest("browser:" + BROWSER)
    carries_none = Capabilities(carries_state=False)
    assert {handoff_key(carries_none, BROWSER, state) for state in (None, "", "x")} == {started.key}
    assert handoff_key(carries_none, OTHER_BROWSER, None) != started.key


def test_each_start_has_a_state_of_its_own(logins: LoginHouse) -> None:
    assert start(logins).key != start(logins).key
    assert len(set(logins.connector.states)) == 2


def test_a_second_one_gives_way_unless_it_replaces_on_purpose(v2: LoginHouse) -> None:
    first = start(v2)
    with pytest.raises(OtherHandoffLive):
        start(v2, id="the second")
    assert v2.handoffs.live[first.key].interaction.id == "this one"
    start(v2, replaces_other=True, id="the second")
    assert v2.handoffs.live[first.key].interaction.id == "the second"


def test_the_same_press_in_v2_leads_where_it_led_and_later_takes_its_own_place(v2: LoginHouse) -> None:
    first = start(v2)
    v2.connector.login_url = "https://camdigikey.example/another"
    v2.clock.now += 60
    assert start(v2) == first
    v2.clock.now += 1
    assert start(v2).login_url == "https://camdigikey.example/another"
    assert start(v2).login_url == "https://camdigikey.example/another"
    assert v2.handoffs.live[first.key].interaction.id == "this one"


def test_who_has_just_gone_back_to_the_application_gets_its_answer_again(logins: LoginHouse) -> None:
    declined = logins.completion.decline(logins.interaction())
    logins.handoffs.answered.add("this one")
    with pytest.raises(AnsweredBefore) as before:
        start(logins)
    assert before.value.answer.params == declined.params
    assert logins.handoffs.live == {}
    start(logins, id="another")


def test_an_answer_with_a_code_keeps_nobody_from_signing_in_again(logins: LoginHouse) -> None:
    """Whose Session has ended since, else they would not be here."""
    given = GivenAnswer(BROWSER, NOW, (("code", "x"),))
    logins.grants.close(Origin("interaction", "this one"), given)
    logins.handoffs.answered.add("this one")
    assert start(logins).key in logins.handoffs.live


@pytest.mark.parametrize("prompt", ["login", "consent", "select_account", None])
def test_a_new_login_that_is_asked_for_ends_the_one_at_camdigikey_first(
    logins: LoginHouse, prompt: Prompt | None
) -> None:
    """So that CamDigiKey has to ask again, too (DESIGN §6.7)."""
    started = start(logins, logins.session(), prompt=frozenset([prompt] if prompt else []))
    ended = [("upstream.logout", "token of session")] if prompt == "login" else []
    assert logins.journal == [("upstream.start",), *ended, ("handoffs.begin", started.key)]
    assert logins.sessions.live, "our own Session lives on until somebody is signed in"


def test_where_that_end_fails_the_login_begins_all_the_same(logins: LoginHouse) -> None:
    logins.connector.logout_fails = UpstreamUnavailable("x")
    start(logins, logins.session(), prompt=frozenset(["login"]))
    assert len(logins.handoffs.live) == 1
    assert [facts["sid"] for facts in logins.audit.facts] == ["sid of session"]


def test_without_a_session_there_is_nothing_to_end(logins: LoginHouse) -> None:
    start(logins, None, prompt=frozenset(["login"]))
    assert logins.did("upstream.logout") == []


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (UpstreamUnavailable("away"), UpstreamUnavailable),
        (UpstreamBroken("garbage"), UpstreamBroken),
        (UpstreamRefused("who are you?"), UpstreamBroken),  # it is us whom it refuses, no person
    ],
)
def test_what_fails_at_the_start_leaves_nothing_behind(
    logins: LoginHouse, error: UpstreamError, raised: type[UpstreamError]
) -> None:
    logins.connector.login_url = error
    with pytest.raises(raised, match=str(error)) as failed:
        start(logins, logins.session(), prompt=frozenset(["login"]))
    assert type(failed.value) is raised
    assert logins.did("upstream.logout") == [] and logins.handoffs.live == {}
    (noted,) = logins.audit.facts
    assert (noted["event"], noted["error"]) == ("handoff.not_started", raised.__name__)
