"""`bridge config check` on settings that have no fault, and would not do what was meant."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Console


@pytest.fixture(autouse=True)
def partner(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    console.with_partner()
    monkeypatch.delenv("BRIDGE_SERVER__TRUSTED_PROXIES")


def test_an_https_issuer_without_its_proxy_is_not_called_right(console: Console) -> None:
    output = console.say("config", "check", wanted=1).output
    assert "server.trusted_proxies is missing" in output
    assert "one address" in output
    assert "right" not in output


@pytest.mark.parametrize("network", ["0.0.0.0/0", "::/0"])
def test_nobody_but_a_proxy_is_trusted(
    console: Console, monkeypatch: pytest.MonkeyPatch, network: str
) -> None:
    monkeypatch.setenv("BRIDGE_SERVER__TRUSTED_PROXIES", network)
    assert f"{network} is everybody" in console.say("config", "check", wanted=2).output


def test_the_bridge_keeps_connections_for_longer_than_a_proxy(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRIDGE_SERVER__TRUSTED_PROXIES", "10.0.0.1")
    monkeypatch.setenv("BRIDGE_SERVER__KEEP_ALIVE", "20")
    output = console.say("config", "check", wanted=1).output
    assert "server.keep_alive is 20 s" in output and "502" in output
    monkeypatch.setenv("BRIDGE_SERVER__KEEP_ALIVE", "21")
    assert "right" in console.say("config", "check").output


def test_on_loopback_no_proxy_is_missed(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIDGE_ISSUER", "http://127.0.0.1:8080")
    assert "right" in console.say("config", "check").output
