"""The service at a glance: what is unfinished, what ends soon, how it goes."""

from __future__ import annotations

import time

import pytest

from bridge.domain.client import Client
from bridge.domain.expiry import DAY, RENEW_KEYS_AFTER, Expiry
from bridge.domain.ids import ClientId
from bridge.manage import OPERATOR, Forbidden
from bridge.manage.access import Actor
from bridge.manage.overview import HourOfSignIns, Latency, SetUp
from bridge.oidc.keys import Keys
from tests.manage.conftest import Office

NOW = int(time.time())


def add(office: Office, client_id: str, uri: str) -> None:
    office.clients.add(Client(ClientId(client_id), client_id, (uri,)))


def unfinished(office: Office) -> list[str]:
    return list(office.administration().overview.unfinished(OPERATOR))


def test_without_applications_and_with_trials_alone_that_is_said(office: Office) -> None:
    assert "no_application" in unfinished(office)
    add(office, "demo", "http://127.0.0.1:9000/cb")
    assert "only_trials" in unfinished(office) and "no_application" not in unfinished(office)
    add(office, "service", "https://portal.example/cb")
    assert "only_trials" not in unfinished(office)


@pytest.mark.parametrize(
    ("set_up", "said"),
    [
        (SetUp(secure=True, simulator=False, networks=True, alerts=True), set()),
        (SetUp(secure=False, simulator=True, networks=False, alerts=False), {"plain_http", "simulator"}),
        (SetUp(secure=True, simulator=False, networks=False, alerts=False), {"open_console", "no_alerts"}),
    ],
)
def test_settings_that_are_for_trials_alone_are_said(office: Office, set_up: SetUp, said: set[str]) -> None:
    office.set_up = set_up
    assert set(unfinished(office)) - {"no_application", "second_owner"} == said


def test_a_signing_key_wants_a_successor_after_a_year(office: Office) -> None:
    keys = Keys(office.signing_keys, lambda: NOW - RENEW_KEYS_AFTER + 30 * DAY)
    (kid,) = keys.ensure(("ES256",))
    office.clock = lambda: NOW
    assert "no_renewal" not in unfinished(office)
    assert [ending.name for ending in office.administration().overview.ends_soon(OPERATOR)] == [kid]
    office.clock = lambda: NOW + 31 * DAY
    assert "no_renewal" in unfinished(office)


def test_what_ends_soon_comes_in_its_order(office: Office) -> None:
    office.clock = lambda: NOW
    office.certificates = [
        Expiry("keystore", "late", NOW + 61 * DAY),
        Expiry("trust_store", "soon", NOW + 60 * DAY),
        Expiry("keystore", "over", NOW - DAY),
    ]
    assert [ending.name for ending in office.administration().overview.ends_soon(OPERATOR)] == [
        "over",
        "soon",
    ]


def test_hours_without_anything_are_there_too(office: Office) -> None:
    office.clock = lambda: NOW
    lately = office.administration().overview.lately(OPERATOR)
    assert len(lately.hours) == 48 and set(lately.hours[-1:]) == {HourOfSignIns(NOW - NOW % 3600, 0, 0, 0)}
    assert (list(lately.reasons), list(lately.latencies)) == ([], [])


def test_the_mean_is_that_of_all_hours_of_the_last_day(office: Office) -> None:
    office.clock = lambda: NOW
    for hours_ago, milliseconds in ((0, 100), (1, 300), (30, 9000)):
        office.audit.called("status", NOW - hours_ago * 3600, milliseconds, failed=False)
    office.audit.called("status", NOW, 8000, failed=True)
    office.audit.flush()
    lately = office.administration().overview.lately(OPERATOR)
    assert lately.latencies == [Latency("status", 2, 200, 300, 1)]


def test_a_maintainer_does_not_see_the_service(office: Office) -> None:
    overview = office.administration().overview
    maintainer = Actor("administrator:m", "maintainer", frozenset({"own"}))
    for look in (overview.unfinished, overview.lately, overview.ends_soon):
        with pytest.raises(Forbidden):
            look(maintainer)
