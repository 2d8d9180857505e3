"""Auth tokens that came without their Handoff: nobody else may use them (DESIGN §6.5)."""

from __future__ import annotations

from bridge.domain.encoding import digest
from bridge.errors import UpstreamRefused, UpstreamUnavailable
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
    assert logins.audit.facts[1:] == [
        {"event": "callback.unsolicited_not_ended", "now": str(NOW), "error": "UpstreamRefused"}
    ]


def test_with_camdigikey_away_at_the_end_it_is_noted_too(logins: LoginHouse) -> None:
    logins.connector.logins["found"] = logins.login(SOPHEA)
    logins.connector.logout_fails = UpstreamUnavailable("x")
    logins.unsolicited.end("found", logins.connector)
    assert [facts["event"] for facts in logins.audit.facts] == [
        "callback.unsolicited",
        "upstream.logout_failed",
    ]
