"""Every use case of administration, and by what it can be asked: a page of the console, a command.

A blank has its reason here. A use case that is new needs its line.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bridge import cli, manage
from bridge.manage.access import PERMISSIONS
from bridge.manage.administrators import AdministratorAdministration
from bridge.manage.audit import AuditAdministration
from bridge.manage.clients import ClientAdministration
from bridge.manage.jobs import JobAdministration
from bridge.manage.keys import KeyAdministration
from bridge.manage.people import PeopleAdministration
from bridge.manage.service import ServiceAdministration
from bridge.web import console

ROOMS = {
    "clients": ClientAdministration,
    "administrators": AdministratorAdministration,
    "keys": KeyAdministration,
    "jobs": JobAdministration,
    "people": PeopleAdministration,
    "audit": AuditAdministration,
    "service": ServiceAdministration,
}
LATER = "a later page of the console"
BY_PERSON = "only a person who has just signed in with a browser does it"


@dataclass(frozen=True)
class Ways:
    """By what a use case can be asked: "" for yes, else why not."""

    console: str = ""
    command: str = ""


USE_CASES = {
    "clients.all": Ways(console="it shows them in pages", command=""),
    "clients.page": Ways(command="it lists all"),
    "clients.get": Ways(),
    "clients.find": Ways(console="its list is searched"),
    "clients.add": Ways(),
    "clients.edit": Ways(),
    "clients.rotate_secret": Ways(),
    "clients.set_enabled": Ways(),
    "clients.delete": Ways(),
    "administrators.all": Ways(),
    "administrators.get": Ways(console="its list says everything"),
    "administrators.invite": Ways(),
    "administrators.invitation": Ways(command=BY_PERSON),
    "administrators.accept": Ways(console="by signing in: manage.console_sign_in asks", command=BY_PERSON),
    "administrators.confirm": Ways(),
    "administrators.change_role": Ways(command="an owner does it; who has none makes one by an invitation"),
    "administrators.remove": Ways(),
    "keys.all": Ways(),
    "keys.rotate": Ways(),
    "keys.removable": Ways(console="its button is there where a key is removable"),
    "keys.remove": Ways(),
    "jobs.all": Ways(console=LATER),
    "jobs.messages": Ways(console=LATER),
    "people.find": Ways(),
    "people.end_session": Ways(),
    "people.end_grants": Ways(),
    "people.withdraw_consent": Ways(),
    "people.everywhere": Ways(),
    "people.end_everywhere": Ways(),
    "audit.page": Ways(),
    "audit.names": Ways(command="it prints ids, for scripts"),
    "audit.head": Ways(console="it is kept elsewhere by who has a shell"),
    "audit.verify": Ways(console="a walk through all rows, which no browser waits for"),
    "service.accounts": Ways(command="`bridge config check --ask-camdigikey` tells what is wrong with them"),
    "service.settings": Ways(command="`bridge config show` reads them from the file as it is now"),
}
WITHOUT_ACTOR = {"administrators.invitation", "administrators.accept"}


def methods() -> Iterator[tuple[str, ast.FunctionDef]]:
    for area, room in ROOMS.items():
        tree = ast.parse(inspect.getsource(room))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and hasattr(room, node.name) and node.name[0] != "_":
                yield f"{area}.{node.name}", node


def asked(package: object) -> set[str]:
    """The use cases that the modules of a package call."""
    folder = Path(str(inspect.getfile(package))).parent  # type: ignore[arg-type]  # -- a module
    found = set()
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                found.add(f"{area_of(node.func.value)}.{node.func.attr}")
    return found & USE_CASES.keys()


def area_of(owner: ast.expr) -> str:
    match owner:
        case ast.Attribute(attr=name) | ast.Name(id=name) if name in ROOMS:
            return name
        case ast.Call(func=ast.Name(id="_administration")):
            return "administrators"
    return ""


def test_every_use_case_has_its_line() -> None:
    assert {name for name, _ in methods()} == USE_CASES.keys()


@pytest.mark.parametrize("name", USE_CASES)
def test_it_can_be_asked_as_its_line_says(name: str) -> None:
    ways = USE_CASES[name]
    assert (name in asked(console)) is not bool(ways.console)
    assert (name in asked(cli)) is not bool(ways.command)


@pytest.mark.parametrize(("name", "method"), [pytest.param(*found, id=found[0]) for found in methods()])
def test_it_begins_by_asking_whether_the_actor_may(name: str, method: ast.FunctionDef) -> None:
    """Or with another use case, which asks. Two need no actor: whoever has the token may."""
    if name in WITHOUT_ACTOR:
        assert "actor" not in [argument.arg for argument in method.args.args]
        return
    body = method.body[1:] if ast.get_docstring(method) else method.body
    called = next(node.func for node in ast.walk(body[0]) if isinstance(node, ast.Call))
    asks = isinstance(called, ast.Name) and called.id == "may"
    another = isinstance(called, ast.Attribute) and f"{name.partition('.')[0]}.{called.attr}" in USE_CASES
    assert asks or another


def test_every_action_of_the_table_is_asked_for_by_a_use_case() -> None:
    folder = Path(inspect.getfile(manage)).parent
    source = "".join(
        path.read_text(encoding="utf-8") for path in folder.glob("*.py") if path.name != "access.py"
    )
    assert not [action for action in PERMISSIONS if f'"{action}"' not in source]
