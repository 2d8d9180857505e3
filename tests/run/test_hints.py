"""What a real `bridge run` tells of its settings, and of the proxy that its requests come from."""

from __future__ import annotations

import requests

from tests.run.conftest import Run
from tests.support.waiting import until


def test_an_https_issuer_without_its_proxy_is_told_at_the_start_and_served(run: Run) -> None:
    bridge = run(BRIDGE_ISSUER="https://sso.example.gov.kh:8443").ready()
    (line,) = [line for line in bridge.said().splitlines() if "server.trusted_proxies is missing" in line]
    assert line.endswith("Starting all the same.")
    host = {"Host": "sso.example.gov.kh"}  # as nginx' $host has it
    assert requests.get(bridge.issuer + "/", headers=host, timeout=20).status_code == 421
    until(lambda: "request.misdirected" in bridge.said(), "no line")
    assert '"expected": "sso.example.gov.kh:8443"' in bridge.said()
    assert "proxy_set_header Host $http_host;" in bridge.said()
