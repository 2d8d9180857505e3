"""Several CamDigiKey accounts at the console: what is wrong with each, where each setting comes from."""

from __future__ import annotations

from tests.cli.conftest import Console

ACCOUNTS = """
issuer = "https://sso.example.gov.kh"
[camdigikey]
max_in_flight = 6
{first}
[connectors.second]
max_in_flight = 6
{second}
"""


def test_the_check_tells_what_is_wrong_with_each_account(console: Console) -> None:
    console.settings(ACCOUNTS.format(first="", second='partner = "nowhere.json"'))
    output = console.say("config", "check", wanted=2).output
    assert "camdigikey.partner is missing" in output
    assert "connectors.second.partner: nowhere.json can't be read" in output


def test_two_right_accounts_are_said_to_be_right(console: Console) -> None:
    console.with_partner()
    partner = 'partner = "sim/partner.json"'
    console.settings(ACCOUNTS.format(first=partner, second=partner + '\nversion = "v2"'))
    assert "right" in console.say("config", "check").output


def test_settings_of_both_are_shown_each_in_its_place(console: Console) -> None:
    console.settings(ACCOUNTS.format(first="", second='version = "v2"'))
    lines = console.say("config", "show").output.splitlines()
    (version,) = [line for line in lines if line.startswith("connectors.second.version = ")]
    assert version.split()[2:] == ['"v2"', "#", "bridge.toml"]
    assert any(line.startswith("camdigikey.version = ") for line in lines)


def test_an_application_names_its_account_and_no_other_one(console: Console) -> None:
    console.settings(ACCOUNTS.format(first="", second=""))
    assert console.add("--connector", "second")["connector"] == "second"
    output = console.say("client", "edit", "portal", "--connector", "third", wanted=1).output
    assert "third" in output and "second" in output
