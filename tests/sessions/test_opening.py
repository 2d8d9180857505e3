"""A new Session: what it holds, and whose Sessions end with its start (DESIGN §6.7)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.domain.encoding import digest, random_text
from bridge.domain.ids import ConnectorId, InteractionId, SessionKey, Sid
from bridge.domain.policy import Policy
from bridge.domain.session import Predecessor, Session
from bridge.sessions.opening import MAX_PREDECESSORS, NewSession, SessionOpening
from tests.support.login_house import DARA, ISSUER, NOW, SOPHEA, LoginHouse
from tests.support.memory import CONNECTOR

INTERACTION = InteractionId("this one")


def prepared(logins: LoginHouse, before: Session | None = None, person: str = SOPHEA) -> NewSession:
    secret = random_text(logins.token_bytes, 32)
    return logins.opening.prepare(INTERACTION, logins.login(person), before, NOW, secret)


def earlier(count: int) -> tuple[Predecessor, ...]:
    return tuple(
        Predecessor(SessionKey(f"earlier {number}"), Sid(f"sid of earlier {number}"))
        for number in range(count)
    )


def test_it_holds_the_login_and_the_time_of_now(logins: LoginHouse) -> None:
    login = logins.login()
    made = prepared(logins)
    session = made.session
    assert session.key == digest(made.secret)
    assert (session.auth_time, session.subject.updated_at) == (NOW, NOW)
    assert session.subject.id == logins.subject_key.subject_id(SOPHEA)
    assert (session.subject.identity, session.upstream) == (login.identity, login.token)
    assert (session.interaction_id, session.predecessors) == (INTERACTION, ())


def test_its_amr_is_the_institutions(logins: LoginHouse) -> None:
    policy = Policy(ISSUER, amr={CONNECTOR: ("face", "pin"), ConnectorId("second"): ("card",)})
    opening = SessionOpening(logins.sessions, logins.ending, logins.subject_key, policy)
    assert opening.prepare(INTERACTION, logins.login(), None, NOW, "secret").session.amr == ("face", "pin")


def test_every_login_has_a_cookie_and_a_sid_of_its_own(logins: LoginHouse) -> None:
    first, second = prepared(logins), prepared(logins)
    texts = {first.secret, second.secret, first.session.sid, second.session.sid}
    assert len(texts) == 4
    assert {len(first.secret), len(first.session.sid)} == {43, 22}  # 256 and 128 bits
    assert first.secret not in repr(first)


def test_nothing_is_written_before_it_is_known_that_nobody_has_to_confirm(logins: LoginHouse) -> None:
    before = logins.session()
    prepared(logins, before)
    prepared(logins, before, DARA)
    assert logins.journal == []
    assert list(logins.sessions.live) == [before.key]


def test_the_same_persons_earlier_session_lives_on_and_is_known(logins: LoginHouse) -> None:
    before = logins.session(predecessors=earlier(2))
    made = prepared(logins, before)
    known = (Predecessor(before.key, before.sid), *earlier(2))
    assert (made.session.predecessors, made.ends) == (known, ())
    logins.opening.open(made, NOW)
    assert logins.journal == [("sessions.save", made.session.key)]


def test_another_persons_sessions_end_before_the_new_one_is_kept(logins: LoginHouse) -> None:
    logins.session("earlier 0")
    before = logins.session(predecessors=earlier(1))
    made = prepared(logins, before, DARA)
    assert (made.session.predecessors, made.ends) == ((), (before.key, "earlier 0"))
    assert made.cause == "another_person"
    logins.opening.open(made, NOW)
    assert logins.journal == [
        ("sessions.end", before.key),
        ("sessions.end", "earlier 0"),
        ("upstream.logout", "token of session"),
        ("upstream.logout", "token of earlier 0"),
        ("sessions.save", made.session.key),
    ]
    assert list(logins.sessions.live) == [made.session.key]


@pytest.mark.parametrize(("count", "ending"), [(MAX_PREDECESSORS - 1, 0), (MAX_PREDECESSORS, 1)])
def test_of_too_many_earlier_ones_the_oldest_end(logins: LoginHouse, count: int, ending: int) -> None:
    before = logins.session(predecessors=earlier(count))
    made = prepared(logins, before)
    known = (Predecessor(before.key, before.sid), *earlier(MAX_PREDECESSORS - 1))
    assert made.session.predecessors == known
    assert made.ends == tuple(session.key for session in earlier(count)[count - ending :])
    assert made.cause == "superseded"


def test_persons_are_told_apart_by_their_subject(logins: LoginHouse) -> None:
    """Not by what CamDigiKey says of them, which changes."""
    before = logins.session()
    stranger = replace(before, subject=replace(before.subject, id=logins.subject_key.subject_id("CDK-x")))
    assert prepared(logins, stranger).ends == (before.key,)
