"""`bridge admin`: who administers, from a shell on the server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.cli import admin as command
from bridge.domain.administrator import Administrator
from bridge.domain.ids import Sub
from bridge.manage import OPERATOR, administrators
from bridge.manage.administrators import AdministratorAdministration, Person
from bridge.settings import load
from bridge.wiring.administration import administration
from tests.cli.conftest import Console

CODE = "012345"
LINK = "https://sso.example.gov.kh/admin/invitation/"


@pytest.fixture
def office(console: Console, monkeypatch: pytest.MonkeyPatch) -> Console:
    """With an account by which administrators sign in; everybody who waits is shown the same code."""
    console.with_partner()
    monkeypatch.setattr(administrators, "code_to_compare", lambda token_bytes: CODE)
    return console


def accept(token: str, name: str = "SOPHEA CHAN") -> Administrator:
    """Somebody comes with the link, and signs in."""
    with administration(load(Path("bridge.toml"))) as admin:
        return admin.administrators.accept(token, Person(Sub(f"sub-of-{name}"), name))


def everybody() -> dict[str, tuple[str, str]]:
    with administration(load(Path("bridge.toml"))) as admin:
        return {person.name: (person.role, person.state) for person in admin.administrators.all(OPERATOR)}


def invited(office: Console, *more: str) -> str:
    """The token of an invitation that nobody waits for."""
    said = office.say("admin", "invite", "--no-wait", *more).stdout.strip()
    assert said.startswith(LINK) and "\n" not in said
    return said.removeprefix(LINK)


@pytest.fixture
def while_waiting(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[str], object]], None]:
    """What happens while `bridge admin invite` waits: a function of the invitation's token."""

    def arrange(happens: Callable[[str], object]) -> None:
        tokens: list[str] = []
        invite = AdministratorAdministration.invite

        def remembered(self: AdministratorAdministration, *given: object, **more: object) -> str:
            tokens.append(invite(self, *given, **more))  # type: ignore[arg-type]  # -- handed on
            return tokens[-1]

        monkeypatch.setattr(AdministratorAdministration, "invite", remembered)
        monkeypatch.setattr(command.time, "sleep", lambda seconds: happens(tokens[0]))

    return arrange


Arrange = Callable[[Callable[[str], object]], None]


def test_nobody_administers_at_first(office: Console) -> None:
    assert "bridge admin invite" in office.say("admin", "list").stdout
    assert office.json("admin", "list") == []


def test_whoever_comes_with_the_link_is_let_in_by_the_code_that_they_tell(
    office: Console, while_waiting: Arrange
) -> None:
    while_waiting(accept)
    said = office.say("admin", "invite", answer=f"{CODE[:3]} {CODE[3:]}\n")
    assert said.stdout.splitlines()[0].startswith(LINK)
    assert "SOPHEA CHAN is owner now." in said.output and CODE not in said.stdout.splitlines()[0]
    assert everybody() == {"SOPHEA CHAN": ("owner", "active")}


def test_a_wrong_code_lets_nobody_in(office: Console, while_waiting: Arrange) -> None:
    while_waiting(accept)
    said = office.say("admin", "invite", answer="999999\n", wanted=1)
    assert "not the code" in said.output
    assert everybody() == {"SOPHEA CHAN": ("owner", "pending")}


def test_an_empty_code_refuses_them(office: Console, while_waiting: Arrange) -> None:
    while_waiting(accept)
    assert "refused" in office.say("admin", "invite", answer="\n").output
    assert everybody() == {}


def test_the_terminal_waits_for_who_has_its_own_link(office: Console, while_waiting: Arrange) -> None:
    other = invited(office, "--role", "auditor")
    came: list[str] = []

    def happens(token: str) -> None:
        came.append("DARA SOK" if not came else "SOPHEA CHAN")
        accept(other if came == ["DARA SOK"] else token, came[-1])

    while_waiting(happens)
    office.say("admin", "invite", answer=f"{CODE}\n")
    assert everybody() == {"DARA SOK": ("auditor", "pending"), "SOPHEA CHAN": ("owner", "active")}


def test_nobody_comes(office: Console, while_waiting: Arrange) -> None:
    while_waiting(lambda token: None)
    assert "Nobody accepted" in office.say("admin", "invite", wanted=1).output


def test_who_waits_is_confirmed_later_by_id_and_code(office: Console) -> None:
    person = accept(invited(office))
    assert "pending" in office.say("admin", "list").stdout
    assert "not the code" in office.say("admin", "confirm", person.id, "111111", wanted=1).output
    office.say("admin", "confirm", person.id, CODE)
    listed = office.json("admin", "list")
    assert [(entry["id"], entry["state"], entry["clients"]) for entry in listed] == [
        (person.id, "active", [])
    ]
    assert CODE not in office.say("admin", "list", "--json").stdout


def test_a_maintainer_names_applications(office: Console) -> None:
    assert "at least one" in office.say("admin", "invite", "--role", "maintainer", wanted=1).output
    accept(invited(office, "--role", "maintainer", "--client", "portal", "--client", "office"))
    assert office.json("admin", "list")[0]["clients"] == ["portal", "office"]


def test_one_is_removed_but_never_the_last_owner(office: Console) -> None:
    people = [accept(invited(office), name) for name in ("SOPHEA CHAN", "DARA SOK")]
    for person in people:
        office.say("admin", "confirm", person.id, CODE)
    office.say("admin", "remove", people[0].id, answer="n\n", wanted=1)
    office.say("admin", "remove", people[0].id, answer="y\n")
    assert everybody() == {"DARA SOK": ("owner", "active")}
    assert "has to be an owner" in office.say("admin", "remove", "--yes", people[1].id, wanted=1).output
    assert "no administrator" in office.say("admin", "remove", "--yes", "-nobody", wanted=1).output


def test_without_an_account_nobody_can_be_invited(console: Console) -> None:
    assert "No CamDigiKey account" in console.say("admin", "invite", "--no-wait", wanted=1).output


def test_the_console_is_no_application_of_anybody(office: Console) -> None:
    office.add()
    assert [client["client_id"] for client in office.json("client", "list")] == ["portal"]
    console = "bridge-console"
    for words in (
        ("show",),
        ("edit", "--name", "Mine"),
        ("disable",),
        ("rotate-secret",),
        ("delete", "--yes"),
    ):
        assert "no client" in office.say("client", *words, console, wanted=1).output
    address = ("--redirect-uri", "https://portal.example.gov.kh/callback")
    taken = office.say("client", "add", "--client-id", console, "--name", "Mine", *address, wanted=1)
    assert "already" in taken.output
    own = ("--redirect-uri", "https://sso.example.gov.kh/admin/callback")
    assert "own origin" in office.say("client", "add", "--name", "Mine", *own, wanted=1).output
