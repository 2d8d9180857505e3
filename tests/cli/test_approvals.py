"""`bridge approvals`, and what commands say where a change awaits approval."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.cli.operator import operator
from bridge.domain.ids import Sub
from bridge.manage import OPERATOR
from bridge.manage.administrators import Person
from bridge.settings import load
from bridge.wiring.administration import administration
from tests.cli.conftest import Console

AWAITS = 3
SENSITIVE = ("--scope", "openid", "--scope", "national_id", "--national-id-purpose", "Taxes")


@pytest.fixture
def portal(console: Console) -> Console:
    """An application, and an account by which administrators could sign in."""
    console.with_partner()
    console.add()
    return console


def proposed(console: Console) -> str:
    said = console.say("client", "edit", "portal", *SENSITIVE, wanted=AWAITS)
    assert "needs approval" in said.stderr and "bridge approvals show" in said.stderr
    return said.stderr.split()[-1]


def test_an_edit_awaits_approval_and_is_approved_with_a_reason(portal: Console) -> None:
    proposal = proposed(portal)
    (listed,) = portal.json("approvals", "list")
    assert (listed["id"], listed["client_id"], listed["proposed_by"]) == (proposal, "portal", operator().id)
    assert listed["sensitive"] == ["national_id", "national_id_purpose"]
    assert proposal in portal.say("approvals", "list").stdout
    shown = portal.json("approvals", "show", proposal)
    assert shown["changes"]["scope"]["after"] == "openid national_id"
    assert "Taxes" in portal.say("approvals", "show", proposal).stdout
    portal.say("approvals", "approve", proposal, wanted=2)
    said = portal.say("approvals", "approve", proposal, "--reason", "Decree 12", wanted=1, answer="n\n")
    assert "national_id" in said.stderr
    portal.say("approvals", "approve", proposal, "--reason", "Decree 12", "--version", "other", wanted=1)
    assert portal.json("client", "show", "portal")["scope"] != "openid national_id"
    portal.say("approvals", "approve", proposal, "--reason", "Decree 12", answer="y\n")
    assert portal.json("client", "show", "portal")["scope"] == "openid national_id"
    assert portal.say("approvals", "list").stdout == "Nothing awaits approval.\n"
    (decided,) = portal.json("approvals", "list", "--all")
    assert (decided["state"], decided["locally"], decided["reason"]) == ("approved", True, "Decree 12")
    assert "approval.approved_locally" in portal.say("audit", "list").stdout


def test_it_is_rejected(portal: Console) -> None:
    portal.say("approvals", "reject", proposed(portal))
    assert [known["state"] for known in portal.json("approvals", "list", "--all")] == ["rejected"]
    assert "no proposal" in portal.say("approvals", "show", "none", wanted=1).stderr


def test_a_reason_that_is_given_at_once_is_enough(portal: Console) -> None:
    portal.say("client", "edit", "portal", *SENSITIVE, "--reason", "Decree 12")
    said = portal.say("client", "rotate-secret", "portal", wanted=AWAITS)
    assert said.stdout.startswith("client_secret  ") and "works once this is approved" in said.stderr
    assert portal.json("client", "show", "portal")["live_secrets"] == 1
    portal.json("client", "rotate-secret", "portal", "--reason", "It leaked")
    assert portal.json("client", "show", "portal")["live_secrets"] == 2


def test_a_dry_run_says_that_it_would_await_approval(portal: Console) -> None:
    portal.say("client", "edit", "portal", *SENSITIVE, "--dry-run", wanted=AWAITS)
    assert portal.json("approvals", "list") == []


def test_with_two_administrators_the_command_line_only_proposes(portal: Console) -> None:
    with administration(load(Path("bridge.toml"))) as admin:
        for name in ("first", "second"):
            token = admin.administrators.invite(OPERATOR, "owner", confirmed=True)
            admin.administrators.accept(token, Person(Sub(name), name))
    said = portal.say("client", "edit", "portal", *SENSITIVE, "--reason", "Decree 12", wanted=AWAITS)
    assert "Another administrator approves it in the console" in said.stderr
    proposal = said.stderr.split()[-1]
    said = portal.say("approvals", "approve", proposal, "--reason", "Decree 12", wanted=1, answer="y\n")
    assert "There are two administrators" in said.stderr
    added = portal.say(
        "client", "add", "--client-id", "other", "--name", "O", "--redirect-uri", "https://o.example/cb",
        *SENSITIVE, "--json", wanted=AWAITS,
    )  # fmt: skip
    assert '"client_secret"' in added.stdout and '"awaits_approval"' in added.stdout
    assert [client["client_id"] for client in portal.json("client", "list")] == ["portal"]
