"""The end of Sessions: what is done in which order for each cause, and who hears of it (DESIGN §6.11)."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from bridge.domain.ids import ClientId, GrantId, SessionKey, Sid
from bridge.domain.session import EndCause, GrantOfSession, LogoutNotice, Predecessor, Session
from bridge.errors import StoreUnavailable, UpstreamBroken, UpstreamRefused, UpstreamUnavailable
from bridge.ports.sessions import SessionContents
from tests.support.login_house import DARA, NOW, SOPHEA, LoginHouse

HEARS = {"backchannel_logout_uri": "https://app.example/logout"}
TOLD_AT_CAMDIGIKEY: dict[EndCause, bool] = {
    "person": True,
    "application": True,
    "administrator": True,
    "upstream": False,  # CamDigiKey has ended it itself
    "another_person": True,
    "superseded": True,
}


@pytest.fixture
def session(logins: LoginHouse) -> Session:
    """One in which a client that hears of ends has a Grant."""
    logins.client(**HEARS)
    return logins.session(clients=("web",))


def end(logins: LoginHouse, *sessions: Session, cause: EndCause = "person") -> tuple[LogoutNotice, ...]:
    return logins.ending.end([session.key for session in sessions], cause, NOW)


def notices(logins: LoginHouse) -> list[tuple[str, str]]:
    """Client and sid of each message in the outbox."""
    return [(message.client_id, message.facts["sid"]) for message in logins.outbox.messages]


def test_every_cause_is_known_here() -> None:
    assert set(TOLD_AT_CAMDIGIKEY) == set(get_args(EndCause))


@pytest.mark.parametrize("cause", get_args(EndCause))
def test_first_the_outbox_then_its_grants_then_the_session_and_camdigikey_last(
    logins: LoginHouse, session: Session, cause: EndCause
) -> None:
    """An end happens once: what failed after it would never be told, and no repeat would mend it."""
    end(logins, session, cause=cause)
    upstream = [("upstream.logout", "token of session")] if TOLD_AT_CAMDIGIKEY[cause] else []
    assert logins.journal == [
        ("outbox.put", "web"),
        ("grants.end_with_session", "web in session"),
        ("sessions.end", "session"),
        *upstream,
    ]


def test_who_hears_is_what_the_outbox_holds(logins: LoginHouse, session: Session) -> None:
    sub = logins.subject_key.sub(logins.clients["web"], SOPHEA)
    notices = end(logins, session)
    assert notices == (LogoutNotice(GrantId("web in session"), ClientId("web"), sub, Sid("sid of session")),)
    (message,) = logins.outbox.messages
    assert message.client_id == "web"
    assert message.created_at == message.next_attempt_at == NOW
    assert message.facts == {"grant_id": "web in session", "sub": sub, "sid": "sid of session"}


@pytest.mark.parametrize("cause", get_args(EndCause))
def test_the_trail_says_of_each_session_whose_it_was_and_why_it_ended(
    logins: LoginHouse, session: Session, cause: EndCause
) -> None:
    other = logins.session("other", DARA)
    end(logins, session, other, cause=cause)
    common = {"event": "session.ended", "now": str(NOW), "cause": cause}
    assert logins.audit.noted == [
        {**common, "sid": "sid of session", "subject": session.subject.id},
        {**common, "sid": "sid of other", "subject": other.subject.id},
    ]
    logins.audit.noted.clear()
    end(logins, session)
    assert logins.audit.noted == [], "it ends once"


def test_each_client_hears_of_the_person_by_its_own_sub(logins: LoginHouse) -> None:
    for name in ("web", "other"):
        logins.client(name, **HEARS)
    web, other = end(logins, logins.session(clients=("web", "other")))
    assert web.sub == logins.subject_key.sub(logins.clients["web"], SOPHEA)
    assert other.sub == logins.subject_key.sub(logins.clients["other"], SOPHEA)
    assert web.sub != other.sub


@pytest.mark.parametrize(
    "fields",
    [{"backchannel_logout_uri": None}, {**HEARS, "enabled": False}],
    ids=["unregistered", "disabled"],
)
def test_who_is_not_to_hear_does_not(logins: LoginHouse, fields: dict[str, Any]) -> None:
    logins.client(**fields)
    assert end(logins, logins.session(clients=("web", "gone"))) == ()
    assert logins.journal == [
        ("grants.end_with_session", "web in session", "gone in session"),
        ("sessions.end", "session"),
        ("upstream.logout", "token of session"),
    ]


def test_a_session_without_grants_is_ended_all_the_same(logins: LoginHouse) -> None:
    assert end(logins, logins.session()) == ()
    assert logins.journal == [("sessions.end", "session"), ("upstream.logout", "token of session")]


def test_of_several_all_end_and_each_client_hears_of_each(logins: LoginHouse, session: Session) -> None:
    earlier = logins.session("earlier", clients=("web",))
    assert len(end(logins, session, earlier)) == 2
    assert notices(logins) == [("web", "sid of session"), ("web", "sid of earlier")]
    assert logins.journal == [
        ("outbox.put", "web", "web"),
        ("grants.end_with_session", "web in session", "web in earlier"),
        ("sessions.end", "session"),
        ("sessions.end", "earlier"),
        ("upstream.logout", "token of session"),
        ("upstream.logout", "token of earlier"),
    ]


def test_one_that_has_ended_already_is_told_to_nobody(logins: LoginHouse, session: Session) -> None:
    end(logins, session)
    logins.journal.clear()
    assert end(logins, session) == ()
    assert logins.journal == [("sessions.end", "session")]


def test_a_grant_that_was_opened_meanwhile_is_told_too_and_nothing_twice(
    logins: LoginHouse, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the end, a second application is given its code."""
    logins.client("late", **HEARS)
    look = logins.sessions.peek

    def look_and_open(key: SessionKey) -> SessionContents | None:
        found = look(key)
        monkeypatch.undo()
        logins.sessions.opened[key] += (GrantOfSession(GrantId("late in session"), ClientId("late")),)
        return found

    monkeypatch.setattr(logins.sessions, "peek", look_and_open)
    assert [notice.client_id for notice in end(logins, session)] == ["web", "late"]
    assert notices(logins) == [("web", "sid of session"), ("late", "sid of session")]
    assert logins.journal == [
        ("outbox.put", "web"),
        ("grants.end_with_session", "web in session"),
        ("sessions.end", "session"),
        ("grants.end_with_session", "late in session"),
        ("outbox.put", "late"),
        ("upstream.logout", "token of session"),
    ]


def test_without_the_outbox_nothing_ends(logins: LoginHouse, session: Session) -> None:
    logins.outbox.away = True
    with pytest.raises(StoreUnavailable):
        end(logins, session)
    assert logins.journal == []
    assert logins.sessions.get(session.key, NOW) == session


def test_one_that_cannot_be_read_ends_with_its_grants_and_nobody_can_be_told(
    logins: LoginHouse, session: Session
) -> None:
    logins.sessions.live[session.key] = None
    assert end(logins, session) == ()
    assert logins.journal == [
        ("grants.end_with_session", "web in session"),
        ("sessions.end", "session"),
    ]


def test_one_that_idled_out_is_told_of_by_its_successor_in_the_browser(
    logins: LoginHouse, session: Session
) -> None:
    """What Redis forgot of it, the later Session of the same person knows: its sid."""
    logins.session("idle", clients=("web",))
    logins.sessions.live[SessionKey("idle")] = None
    later = logins.session("later", predecessors=(Predecessor(SessionKey("idle"), Sid("sid of idle")),))
    sub = logins.subject_key.sub(logins.clients["web"], SOPHEA)
    notices = logins.ending.end(later.keys, "person", NOW)
    assert notices == (LogoutNotice(GrantId("web in idle"), ClientId("web"), sub, Sid("sid of idle")),)
    assert session.key in logins.sessions.live


def test_what_a_session_knows_of_itself_counts_before_what_its_successor_does(
    logins: LoginHouse, session: Session
) -> None:
    successor = logins.session(
        "later", DARA, predecessors=(Predecessor(session.key, Sid("a sid of before")),)
    )
    for keys in ((session.key, successor.key), (successor.key, session.key)):
        assert [notice.sid for notice in logins.ending.end(keys, "person", NOW)] == ["sid of session"]
        logins.session(clients=("web",))
        logins.sessions.live[successor.key] = successor


def test_camdigikey_away_is_asked_once_and_all_end_here(logins: LoginHouse) -> None:
    sessions = [logins.session(name) for name in ("first", "second", "third")]
    logins.connector.logout_fails = UpstreamUnavailable("no answer")
    end(logins, *sessions)
    assert logins.did("upstream.logout") == [("upstream.logout", "token of first")]
    assert len(logins.did("sessions.end")) == 3
    assert logins.audit.facts == [
        {
            "event": "upstream.logout_failed",
            "now": str(NOW),
            "error": "UpstreamUnavailable",
            "why": "no answer",
            "sid": "sid of first",
        }
    ]


@pytest.mark.parametrize("error", [UpstreamRefused("no"), UpstreamBroken("garbage")])
def test_camdigikey_that_answers_is_asked_for_each(
    logins: LoginHouse, error: UpstreamRefused | UpstreamBroken
) -> None:
    logins.connector.logout_fails = error
    end(logins, logins.session("first"), logins.session("second", DARA))
    assert [value for _, value in logins.did("upstream.logout")] == ["token of first", "token of second"]
    assert [facts["sid"] for facts in logins.audit.facts] == ["sid of first", "sid of second"]


def test_a_session_without_a_token_has_nothing_to_end_at_camdigikey(logins: LoginHouse) -> None:
    end(logins, logins.session("first", upstream=None), logins.session("second"))
    assert logins.did("upstream.logout") == [("upstream.logout", "token of second")]


def test_grants_that_could_not_be_ended_are_found_by_the_repeat(
    logins: LoginHouse, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full Redis lets the Session be deleted, and not its Grants be marked."""

    def broken(*_: object) -> None:
        raise StoreUnavailable("Redis", "full")

    with monkeypatch.context() as redis:
        redis.setattr(logins.grants, "end_with_session", broken)
        with pytest.raises(StoreUnavailable):
            end(logins, session)
    assert session.key in logins.sessions.live
    end(logins, session)
    assert session.key not in logins.sessions.live
    assert ("grants.end_with_session", "web in session") in logins.journal
