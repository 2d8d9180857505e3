"""What the log says of a proxy that is set up wrongly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
import structlog

from bridge.app import create_app
from bridge.settings import Server
from bridge.web.proxy_hints import AGAIN_AFTER, HINTS, LOST_PORT, OTHER_PORT, OWN_HOST, host_hint
from tests.support.world import World

PROXY, STRANGER = "10.0.0.1", "203.0.113.9"
GOOD = {"X-Forwarded-For": "198.51.100.1", "X-Forwarded-Proto": "https"}


class Behind:
    """An app whose proxy stands at PROXY, and its lines about that one."""

    def __init__(self, world: World, issuer: str) -> None:
        self.now = 1_000_000.0
        server = Server(trusted_proxies=("10.0.0.0/8",))
        settings = world.settings.model_copy(update={"issuer": issuer, "server": server})
        self._app = create_app(settings, replace(world.services, clock=lambda: self.now))

    def lines(
        self, headers: Mapping[str, str], peer: str = PROXY, path: str = "/", host: str = "id.example:8443"
    ) -> list[dict[str, Any]]:
        with structlog.testing.capture_logs() as logged:
            said = self._app.test_client().get(
                path, headers={"Host": host, **headers}, environ_overrides={"REMOTE_ADDR": peer}
            )
            assert said.status_code < 500
        return [dict(line) for line in logged if line["event"] in ("proxy.suspect", "request.misdirected")]


@pytest.fixture
def behind(world: World) -> Behind:
    return Behind(world, "https://id.example:8443")


@pytest.mark.parametrize(
    ("fault", "headers", "peer"),
    [
        ("address_missing", {"X-Forwarded-Proto": "https"}, PROXY),
        ("scheme_missing", {"X-Forwarded-For": "198.51.100.1"}, PROXY),
        ("plain_http", {**GOOD, "X-Forwarded-Proto": "http"}, PROXY),
        ("unknown_proxy", GOOD, "192.168.7.7"),
        ("unknown_proxy", {"X-Forwarded-For": "198.51.100.1"}, "192.168.7.7"),
        ("no_proxy", {}, "192.168.7.7"),
    ],
)
def test_each_fault_is_told_with_its_cure_once_in_a_while(
    behind: Behind, fault: str, headers: dict[str, str], peer: str
) -> None:
    (line,) = behind.lines(headers, peer)
    assert (line["log_level"], line["fault"], line["hint"], line["peer"]) == (
        "warning",
        fault,
        HINTS[fault],
        peer,
    )
    assert behind.lines(headers, peer) == []
    behind.now += AGAIN_AFTER
    assert len(behind.lines(headers, peer)) == 1


@pytest.mark.parametrize("scheme", ["https", "HTTPS, http", "https,https"])
def test_a_proxy_that_is_set_up_rightly_leaves_no_line(behind: Behind, scheme: str) -> None:
    assert behind.lines({**GOOD, "X-Forwarded-Proto": scheme}) == []


def test_a_public_address_is_somebodys_and_not_written(behind: Behind) -> None:
    (line,) = behind.lines(GOOD, "8.8.8.8")
    assert line["peer"] == "public"


def test_an_address_that_can_not_be_read_is_400_and_told(behind: Behind) -> None:
    headers = {**GOOD, "X-Forwarded-For": "unknown"}
    (line,) = behind.lines(headers, path="/camdigikey/callback?authToken=a.b.c")
    assert (line["fault"], line["hint"]) == ("address_unreadable", HINTS["address_unreadable"])


def test_probes_and_an_issuer_on_loopback_need_no_proxy(behind: Behind, world: World) -> None:
    assert behind.lines({}, path="/readyz") == behind.lines({}, path="/healthz", host="10.0.0.7:8080") == []
    assert Behind(world, "http://127.0.0.1:8080").lines({}, STRANGER, host="127.0.0.1:8080") == []


@pytest.mark.parametrize(
    ("host", "forwarded", "hint"),
    [
        ("id.example", "", LOST_PORT),
        ("id.example:8080", "", OTHER_PORT),
        ("127.0.0.1:8080", "", OWN_HOST),
        ("[::1]:8080", "", OWN_HOST),
        ("bridge:8080", "", OWN_HOST),
        ("bridge", "", OWN_HOST),
        ("backend.internal", "id.example:8443", OWN_HOST),
        ("backend.internal", "x.example, id.example:8443", OWN_HOST),
        ("evil.example", "", ""),
        ("evil.example", "evil.example", ""),
    ],
)
def test_a_misdirected_request_is_told_with_both_hosts_and_what_the_proxy_may_do(
    behind: Behind, host: str, forwarded: str, hint: str
) -> None:
    (line,) = behind.lines({**GOOD, "X-Forwarded-Host": forwarded}, host=host)
    assert (line["event"], line["expected"], line["host"]) == ("request.misdirected", "id.example:8443", host)
    assert line["hint"] == hint


def test_an_issuer_without_a_port_loses_none() -> None:
    assert host_hint(urlsplit("https://id.example"), "id.example:8080", "") == OTHER_PORT
