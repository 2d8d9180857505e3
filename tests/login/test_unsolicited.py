"""Auth tokens that came without their Handoff: nobody else may use them (DESIGN §6.5)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from bridge.domain.connector import UpstreamLogin
from bridge.domain.encoding import digest
from bridge.errors import UpstreamRefused, UpstreamUnavailable
from bridge.login.unsolicited import MAX_EXCHANGES, MAX_RECORDED
from tests.support.login_house import NOW, SOPHEA, LoginHouse


def test_its_person_is_signed_out_at_camdigikey(logins: LoginHouse) -> None:
    logins.connector.logins["found"] = logins.login(SOPHEA)
    logins.unsolicited.end("found", logins.connector)
    assert logins.journal == [
        ("audit", "callback.unsolicited"),
        ("upstream.exchange", "found"),
        ("upstream.logout", f"token of {SOPHEA}"),
    ]


def test_the_trail_knows_it_by_a_short_hash_alone(logins: LoginHouse) -> None:
    logins.connector.logins["found"] = logins.login(SOPHEA)
    logins.unsolicited.end("found", logins.connector)
    (noted,) = logins.audit.facts
    assert noted == {
        "event": "callback.unsolicited",
        "now": str(NOW),
        "auth_token": digest("found")[:16],
    }


def test_one_that_is_worth_nothing_is_noted(logins: LoginHouse) -> None:
    logins.connector.logins["forged"] = UpstreamRefused("no such token")
    logins.unsolicited.end("forged", logins.connector)
    assert logins.did("upstream.logout") == []
    (noted,) = logins.audit.facts[1:]
    assert (noted["event"], noted["error"]) == ("callback.unsolicited_not_ended", "UpstreamRefused")


def test_with_camdigikey_away_at_the_end_it_is_noted_too(logins: LoginHouse) -> None:
    logins.connector.logins["found"] = logins.login(SOPHEA)
    logins.connector.logout_fails = UpstreamUnavailable("x")
    logins.unsolicited.end("found", logins.connector)
    assert [facts["event"] for facts in logins.audit.facts] == [
        "callback.unsolicited",
        "upstream.logout_failed",
    ]


def test_they_have_a_small_share_of_the_calls_to_camdigikey(logins: LoginHouse) -> None:
    """DESIGN §6.21: with CamDigiKey slow, made-up callbacks leave the places to those who sign in."""
    answered, started = threading.Event(), threading.Semaphore(0)

    def slow(auth_token: str) -> UpstreamLogin:
        started.release()
        answered.wait(30)
        raise UpstreamRefused("no such token")

    logins.connector.exchange = slow  # type: ignore[method-assign]  # -- this connector hangs
    with ThreadPoolExecutor(MAX_EXCHANGES) as threads:
        for number in range(MAX_EXCHANGES):
            threads.submit(logins.unsolicited.end, f"made up {number}", logins.connector)
        assert all(started.acquire(timeout=30) for _ in range(MAX_EXCHANGES))
        logins.unsolicited.end("one more", logins.connector)  # comes back at once, and asks nobody
        assert not started.acquire(blocking=False)
        answered.set()
    assert "no place" in [facts.get("error") for facts in logins.audit.facts]


def test_beyond_its_share_of_the_trail_they_are_counted(logins: LoginHouse) -> None:
    tokens = [f"made up {number}" for number in range(MAX_RECORDED.limit + 5)]
    logins.connector.logins.update({token: UpstreamRefused("x") for token in tokens})
    for token in tokens:
        logins.unsolicited.end(token, logins.connector)
    assert len(logins.audit.facts) == 2 * MAX_RECORDED.limit
    assert sum(logins.counters.snapshot().values()) == 5
    assert len(logins.did("upstream.exchange")) == len(tokens)
