"""The watch over a Session's upstream token (DESIGN §6.10)."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import pytest
from sqlalchemy import select

from bridge.domain.ids import ConnectorId
from bridge.domain.session import Session
from bridge.domain.subject import UpstreamToken
from bridge.errors import UpstreamBroken, UpstreamError, UpstreamRefused, UpstreamUnavailable
from bridge.stores.sql.audit import SqlAuditLog
from bridge.stores.sql.tables import audit as table
from tests.oidc.house import CONNECTOR, NOW, House
from tests.support.login_house import NOW as MEMORY_NOW
from tests.support.login_house import LoginHouse

AWAY = UpstreamUnavailable("no answer")


def look(house: House, session: Session) -> Session | None:
    return house.watch.watched(session, int(house.clock))


def kept(house: House, session: Session) -> Session | None:
    return house.services.sessions.get(session.key, int(house.clock))


def test_it_is_not_asked_more_often_than_the_settings_say(house: House) -> None:
    session = house.session()
    house.clock += 299
    assert look(house, session) is session
    assert house.camdigikey.asked == []


def test_a_token_that_holds_is_noted_as_asked(house: House) -> None:
    session = house.session()
    house.clock += 300
    found = look(house, session)
    assert house.camdigikey.asked == ["alive"]
    assert found is not None
    assert found.upstream == UpstreamToken("upstream", CONNECTOR, NOW, NOW + 3600, NOW + 300)
    assert kept(house, session) == found
    assert look(house, found) is found
    assert house.camdigikey.asked == ["alive"]


def test_a_token_past_half_its_life_is_refreshed(house: House) -> None:
    session = house.session()
    house.clock += 1801
    fresh = UpstreamToken("fresh", CONNECTOR, NOW + 1801, NOW + 5401, NOW + 1801)
    house.camdigikey.fresh = fresh
    found = look(house, session)
    assert house.camdigikey.asked == ["refresh"]
    assert found is not None
    assert found.upstream == fresh
    assert kept(house, session) == found


@pytest.mark.parametrize("error", [AWAY, UpstreamRefused("x"), UpstreamBroken("x")])
def test_where_refreshing_fails_the_status_decides(house: House, error: UpstreamError) -> None:
    session = house.session()
    house.clock += 1801
    house.camdigikey.fresh = error
    assert look(house, session) is not None
    assert house.camdigikey.asked == ["refresh", "alive"]


def test_a_definite_no_ends_the_session_and_what_hangs_on_it(house: House) -> None:
    session = house.session()
    said = house.tokens()
    house.clock += 300
    house.camdigikey.living = False
    assert look(house, session) is None
    assert kept(house, session) is None
    assert house.userinfo(said["access_token"]).refusal == (401, "invalid_token")


@pytest.mark.parametrize("error", [AWAY, UpstreamRefused("unclear"), UpstreamBroken("garbage")])
def test_without_a_definite_answer_it_goes_on_and_asks_again_later(
    house: House, error: UpstreamError
) -> None:
    session = house.session()
    house.camdigikey.living = error
    house.clock += 300
    found = look(house, session)
    assert found is not None
    house.clock += 299
    assert look(house, found) is found
    assert house.camdigikey.asked == ["alive"]
    house.clock += 1
    assert look(house, found) is not None
    assert house.camdigikey.asked == ["alive", "alive"]


def test_an_answer_that_can_not_be_is_in_the_audit_trail(house: House) -> None:
    session = house.session()
    house.camdigikey.living = UpstreamBroken("another person's", operation="status")
    house.clock += 300
    assert look(house, session) is not None
    audit = house.services.audit
    assert isinstance(audit, SqlAuditLog)
    audit.flush()
    with house.engine.connect() as connection:
        rows = connection.execute(
            select(table.c.facts).where(table.c.event == "session.not_checked")
        ).scalars()
        noted = [json.loads(facts) for facts in rows]
    assert (session.sid, "another person's") in [(facts["sid"], facts["why"]) for facts in noted]


def test_with_camdigikey_away_it_ends_at_the_tokens_own_expiry(house: House) -> None:
    session = house.session()
    house.camdigikey.living = AWAY
    house.camdigikey.fresh = AWAY
    house.clock = NOW + 3600 + 29  # others' clocks may differ by 30 s
    assert look(house, session) is not None
    house.clock = NOW + 3600 + 30
    assert look(house, session) is None
    assert kept(house, session) is None


def test_a_session_without_an_upstream_token_is_left_alone(house: House) -> None:
    session = replace(house.session(), upstream=None)
    house.clock += 100_000
    assert look(house, session) is session


def test_of_many_at_once_one_asks(house: House) -> None:
    session = house.session()
    house.clock += 300
    found: list[Session | None] = []
    threads = [threading.Thread(target=lambda: found.append(look(house, session))) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 10
    assert None not in found
    assert house.camdigikey.asked == ["alive"]


def test_an_account_that_is_ours_no_more_can_not_be_asked(logins: LoginHouse) -> None:
    session = logins.session()
    assert session.upstream is not None
    stranger = replace(session, upstream=replace(session.upstream, connector=ConnectorId("gone")))
    assert logins.watch.watched(stranger, MEMORY_NOW + 300) is stranger
    assert logins.journal == []


def test_for_ten_seconds_one_request_of_a_session_asks(logins: LoginHouse) -> None:
    logins.watch.watched(logins.session(), MEMORY_NOW + 300)
    assert logins.limiter.asked == [("watch:session", 1, 10)]
    again = logins.session()
    assert logins.watch.watched(again, MEMORY_NOW + 300) is again
    assert logins.did("upstream.alive") == [("upstream.alive", "token of session")]


@pytest.mark.parametrize(("later", "living", "why"), [(300, False, "ended"), (3630, True, "expired")])
def test_the_trail_says_why_a_session_ended(logins: LoginHouse, later: int, living: bool, why: str) -> None:
    logins.connector.living = living
    assert logins.watch.watched(logins.session(), MEMORY_NOW + later) is None
    noted = {
        "event": "session.ended_upstream",
        "now": str(MEMORY_NOW + later),
        "sid": "sid of session",
        "why": why,
    }
    assert logins.audit.facts == [noted]
    assert logins.did("sessions.end", "upstream.logout") == [("sessions.end", "session")]


def test_at_half_its_life_a_token_is_not_refreshed_yet(logins: LoginHouse) -> None:
    logins.watch.watched(logins.session(), MEMORY_NOW + 1800)
    assert [call for call, *_ in logins.journal] == ["upstream.alive", "sessions.save"]
