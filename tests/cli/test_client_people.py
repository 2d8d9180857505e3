"""`bridge client people`: who may use an application, from a shell on the server."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.domain.client_people import ClientPerson
from bridge.domain.ids import SubjectId
from bridge.settings import load
from bridge.wiring.administration import administration
from tests.cli.conftest import Console

LINK = "https://sso.example.gov.kh/join/"
PEOPLE = ("client", "people")


@pytest.fixture
def office(console: Console) -> Console:
    """With an application that lets in listed people alone."""
    console.add("--access", "listed", "--access-contact", "Help desk")
    return console


def join(token: str, name: str = "SOPHEA CHAN") -> ClientPerson:
    """Somebody comes with the link, and signs in."""
    with administration(load(Path("bridge.toml"))) as admin:
        return admin.listed_people.join(token, SubjectId(f"subject of {name}"), name)


def invited(office: Console, *more: str) -> ClientPerson:
    link = office.say(*PEOPLE, "invite", "portal", *more).stdout.strip()
    assert link.startswith(LINK)
    return join(link.removeprefix(LINK))


def test_somebody_is_invited_let_in_and_given_roles(office: Console) -> None:
    assert "invite portal" in office.say(*PEOPLE, "list", "portal").stdout
    person = invited(office, "--role", "clerk")
    assert f"pending  SOPHEA CHAN  code {person.code} clerk" in office.say(*PEOPLE, "list", "portal").stdout
    assert "may use portal" in office.say(*PEOPLE, "approve", "portal", person.id).stdout
    office.say(*PEOPLE, "roles", "portal", person.id, "--role", "head", "--role", "clerk")
    (found,) = office.json(*PEOPLE, "list", "portal")
    assert (found["state"], found["roles"], found["code"]) == ("active", ["head", "clerk"], None)


def test_where_everyone_may_sign_in_nobody_is_invited(console: Console) -> None:
    console.add()
    assert "Everyone may sign in" in console.say(*PEOPLE, "invite", "portal", wanted=1).output


@pytest.mark.parametrize(
    "words",
    [
        ("approve", "portal", "nobody"),
        ("roles", "portal", "nobody"),
        ("remove", "portal", "nobody"),
        ("list", "nowhere"),
        ("invite", "nowhere"),
        ("invite", "portal", "--role", "two words"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_said_in_a_sentence(office: Console, words: tuple[str, ...]) -> None:
    assert office.say(*PEOPLE, *words, wanted=1).output.strip().endswith(".")


def test_a_removal_holds_at_once_and_is_finished_once_redis_is_there(
    office: Console, valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was given before ends in Redis; without it nothing new is given all the same."""
    person = invited(office)
    office.say(*PEOPLE, "approve", "portal", person.id)
    assert "Redis" in office.say(*PEOPLE, "remove", "portal", person.id, wanted=1).output
    (found,) = office.json(*PEOPLE, "list", "portal")
    assert found["state"] == "removed"
    monkeypatch.setenv("BRIDGE_REDIS__URL", valkey_url)
    office.say(*PEOPLE, "remove", "portal", person.id)
    assert office.json(*PEOPLE, "list", "portal") == []


def test_every_step_is_told_in_the_trail_with_ids_alone(office: Console) -> None:
    person = invited(office)
    office.say(*PEOPLE, "approve", "portal", person.id)
    office.say(*PEOPLE, "list", "portal")
    told = office.say("audit", "list").stdout
    for event in ("invited", "joined", "approved"):
        assert f"client.person_{event}" in told
    assert "client.people_seen" in told
    assert "SOPHEA" not in told


def test_an_invitation_to_an_application_registers_no_client_of_its_own(office: Console) -> None:
    """The id of the client by which people join is nobody's to take."""
    office.say(
        "client", "add", "--client-id", "bridge-join.portal", "--name", "x", "--redirect-uri",
        "https://x.example/", wanted=1,
    )  # fmt: skip
    assert [client["client_id"] for client in office.json("client", "list")] == ["portal"]
