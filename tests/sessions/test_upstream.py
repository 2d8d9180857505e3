"""The end of a token at CamDigiKey, whose failure stops nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.domain.ids import ConnectorId
from bridge.errors import UpstreamBroken, UpstreamError, UpstreamRefused, UpstreamUnavailable
from bridge.sessions.upstream import UpstreamLogout
from tests.support.login_house import NOW, LoginHouse
from tests.support.memory import NotedConnector


def test_a_token_is_ended_at_the_account_it_came_by(logins: LoginHouse) -> None:
    second = NotedConnector(journal=[], id=ConnectorId("second"))
    upstream = UpstreamLogout({logins.connector.id: logins.connector, second.id: second}, logins.audit)
    assert upstream.end(replace(logins.login().token, connector=second.id), NOW) is True
    assert (logins.journal, second.journal) == ([], [("upstream.logout", "token of CDK-sophea")])


@pytest.mark.parametrize(
    ("error", "is_there"),
    [(UpstreamUnavailable("x"), False), (UpstreamRefused("x"), True), (UpstreamBroken("x"), True)],
)
def test_a_failure_is_noted_and_says_whether_camdigikey_is_there(
    logins: LoginHouse, error: UpstreamError, is_there: bool
) -> None:
    logins.connector.logout_fails = error
    assert logins.upstream.end(logins.login().token, NOW, sid="s") is is_there
    noted = {"event": "upstream.logout_failed", "now": str(NOW), **error.facts, "sid": "s"}
    assert logins.audit.facts == [noted]


def test_without_a_token_or_its_account_there_is_nothing_to_do(logins: LoginHouse) -> None:
    gone = replace(logins.login().token, connector=ConnectorId("gone"))
    assert [logins.upstream.end(token, NOW) for token in (None, gone)] == [True, True]
    assert logins.journal == []
