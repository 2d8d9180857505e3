"""`bridge config check --ask-camdigikey`: what CamDigiKey answers, in an operator's words."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from bridge.simulator import Simulator, serve
from bridge.simulator.faults import Fault
from tests.cli.conftest import Console

ASK = ("config", "check", "--ask-camdigikey")


@pytest.fixture
def camdigikey(console: Console) -> Iterator[Simulator]:
    running = serve(console.folder / "sim", ("127.0.0.1", 0), ("127.0.0.1", 0))
    settings(console)
    yield running
    running.stop()


def settings(console: Console, more: str = "") -> None:
    account = f'[camdigikey]\npartner = "sim/partner.json"\n{more}'
    console.settings(
        f'issuer = "https://sso.example.gov.kh"\n[server]\ntrusted_proxies = ["127.0.0.1"]\n{account}'
    )


def test_a_login_token_is_asked_for_by_an_option_alone(console: Console, camdigikey: Simulator) -> None:
    console.say("config", "check")
    assert camdigikey.service.faults.calls["login_token"] == 0
    assert "CamDigiKey gave a login token" in console.say(*ASK).output
    assert camdigikey.service.faults.calls["login_token"] == 1


@pytest.mark.parametrize("version", ["v3", "v2"])
def test_another_domain_is_told_with_its_code(console: Console, camdigikey: Simulator, version: str) -> None:
    tree = json.loads(camdigikey.partner_file.read_text())
    camdigikey.partner_file.write_text(json.dumps(tree | {"domain": "other.example", "version": version}))
    output = console.say(*ASK, wanted=1).output
    assert "code 102: Invalid client domain" in output and "without https://" in output


@pytest.mark.parametrize("name", ["success_return_url", "error_return_url"])
def test_an_address_that_is_not_registered_is_told(
    console: Console, camdigikey: Simulator, name: str
) -> None:
    """PROTOCOL, Seen later 3: neither is sent unless the settings say so."""
    settings(console, f"{name} = true\n")
    assert f"{name}" in console.say(*ASK, wanted=1).output
    what = "callback" if name == "success_return_url" else "error"
    camdigikey.service.options.registered = (f"https://sso.example.gov.kh/camdigikey/{what}",)
    console.say(*ASK)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault("error", code=105), "code 105"),
        (Fault("error", code=731), "code 731: Fault on order"),
        (Fault("500"), "HTTP 500"),
        (Fault("bad_mac"), "signature does not verify"),
    ],
    ids=["105", "another code", "HTTP 500", "another's keys"],
)
def test_what_it_answered_is_told(console: Console, camdigikey: Simulator, fault: Fault, said: str) -> None:
    camdigikey.service.faults.add("login_token", fault, 1)
    assert said in console.say(*ASK, wanted=1).output


def test_with_nobody_there_it_says_so(console: Console, camdigikey: Simulator) -> None:
    camdigikey.stop()
    assert "no connection" in console.say(*ASK, wanted=1).output


def test_a_login_origin_that_is_none_is_told(console: Console, camdigikey: Simulator) -> None:
    settings(console, 'login_origins = ["login.example", "https://a.example/path", "https://*.example"]\n')
    output = console.say("config", "check", wanted=2).output
    assert output.count("is no origin") == 3


def test_a_name_that_means_nothing_and_a_domain_with_a_scheme_are_told(
    console: Console, camdigikey: Simulator
) -> None:
    tree = json.loads(camdigikey.partner_file.read_text())
    camdigikey.partner_file.write_text(json.dumps(tree | {"verison": "v2", "success_url": "x"}))
    assert "success_url, verison" in console.say("config", "check", wanted=2).output
    for domain in ("https://portal.example.gov.kh", "portal.example.gov.kh/", "a b"):
        camdigikey.partner_file.write_text(json.dumps(tree | {"domain": domain}))
        assert "without https://" in console.say("config", "check", wanted=2).output


def test_a_store_may_have_a_password_of_its_own(console: Console, camdigikey: Simulator) -> None:
    tree = json.loads(camdigikey.partner_file.read_text())
    password = tree.pop("store_password")
    both = {"keystore_password": password, "trust_store_password": password}
    for missing in both:
        left = {name: value for name, value in both.items() if name != missing}
        camdigikey.partner_file.write_text(json.dumps(tree | left))
        assert f"lacks {missing}" in console.say("config", "check", wanted=2).output
    camdigikey.partner_file.write_text(json.dumps(tree | both))
    console.say(*ASK)
    wrong = both | {"trust_store_password": "another"}
    camdigikey.partner_file.write_text(json.dumps(tree | wrong))
    assert "trust store can't be opened" in console.say("config", "check", wanted=2).output
