"""Whose Sessions there are."""

from __future__ import annotations

from dataclasses import replace

from bridge.domain.ids import ClientId, InteractionId
from bridge.domain.next_step import Finish
from bridge.sessions.index import SessionIndex
from tests.support.login_house import DARA, NOW, SOPHEA, LoginHouse


def test_a_persons_sessions_are_found_in_every_browser(logins: LoginHouse) -> None:
    for key, person in (("phone", SOPHEA), ("office", SOPHEA), ("other", DARA)):
        logins.session(key, person)
    index = SessionIndex(logins.sessions, logins.grants)
    assert index.by_subject(logins.subject_key.subject_id(SOPHEA), NOW) == ["phone", "office"]


def test_a_clients_sessions_are_those_of_its_grants_each_once(logins: LoginHouse) -> None:
    for number, key in enumerate(("phone", "office", "office")):
        interaction = replace(logins.interaction(), id=InteractionId(f"number {number}"))
        session = logins.session(key)
        logins.agreed(session, interaction)
        decision = logins.decider.decide(interaction, session)
        assert isinstance(decision.step, Finish)
        logins.completion.complete(decision, decision.step)
    index = SessionIndex(logins.sessions, logins.grants)
    assert len(logins.grants.opened) == 3
    assert index.by_client(ClientId("web"), NOW) == ["phone", "office"]
    assert index.by_client(ClientId("other"), NOW) == []
