"""Every use case of administration, and by what it can be asked: the console, the API, a command.

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
from bridge.manage.activity import ActivityAdministration
from bridge.manage.administrators import AdministratorAdministration
from bridge.manage.approvals import ApprovalAdministration
from bridge.manage.audit import AuditAdministration
from bridge.manage.break_glass import EmergencyAdministration
from bridge.manage.client_files.administration import ClientFileAdministration
from bridge.manage.client_people import ClientPeopleAdministration
from bridge.manage.client_testing import ClientTesting
from bridge.manage.clients import ClientAdministration
from bridge.manage.deleted_clients import DeletedClientAdministration
from bridge.manage.jobs import JobAdministration
from bridge.manage.keys import KeyAdministration
from bridge.manage.logos import LogoAdministration
from bridge.manage.overview import Overview
from bridge.manage.people import PeopleAdministration
from bridge.manage.service import ServiceAdministration
from bridge.web import api, console

ROOMS = {
    "clients": ClientAdministration,
    "client_files": ClientFileAdministration,
    "approvals": ApprovalAdministration,
    "logos": LogoAdministration,
    "deleted_clients": DeletedClientAdministration,
    "administrators": AdministratorAdministration,
    "listed_people": ClientPeopleAdministration,
    "testing": ClientTesting,
    "keys": KeyAdministration,
    "jobs": JobAdministration,
    "people": PeopleAdministration,
    "audit": AuditAdministration,
    "activity": ActivityAdministration,
    "overview": Overview,
    "service": ServiceAdministration,
    "emergencies": EmergencyAdministration,
}
LATER = "a later page of the console"
PEOPLE = "people decide it, who sign in"
OPERATED = "who runs the service looks at it in person"
OF_FILES = "files lie where they are kept under version control"
AT_A_GLANCE = "it is for somebody who looks around; the log has the same events, for scripts"
SEEN = "a picture is looked at where it is uploaded; --logo-uri and the field name any"
BY_SERVING = "`bridge admin open` serves a console (wiring.break_glass), and that asks"
BY_PERSON = "only a person who has just signed in with a browser does it"


INVITED = "whoever is invited does it, on pages of their own"


@dataclass(frozen=True)
class Ways:
    """By what a use case can be asked: "" for yes, else why not."""

    console: str = ""
    api: str = ""
    command: str = ""


USE_CASES = {
    "clients.all": Ways(console="it shows them in pages", api="it gives them in pages"),
    "clients.page": Ways(command="it lists all"),
    "clients.get": Ways(),
    "clients.find": Ways(console="its list is searched", api="its list is searched"),
    "clients.add": Ways(),
    "clients.edit": Ways(),
    "clients.rotate_secret": Ways(),
    "clients.delete_secret": Ways(
        console="a new secret can end the others", command="rotate-secret --at-once"
    ),
    "clients.set_enabled": Ways(),
    "clients.delete": Ways(),
    "client_files.plan": Ways(console=OF_FILES, api=OF_FILES),
    "client_files.apply": Ways(console=OF_FILES, api=OF_FILES),
    "client_files.waits": Ways(console=OF_FILES, api=OF_FILES),
    "client_files.export": Ways(console="it saves one at a time", api="it is read as it is"),
    "approvals.all": Ways(api=PEOPLE),
    "approvals.get": Ways(api=PEOPLE),
    "approvals.standing": Ways(api=PEOPLE),
    "approvals.waiting": Ways(api=PEOPLE, command="it lists all that is open"),
    "approvals.made_locally": Ways(api=PEOPLE, command="it lists them with all others, marked"),
    "approvals.names": Ways(api=PEOPLE, command="it prints ids, for scripts"),
    "approvals.why_not": Ways(api=PEOPLE, command="it says so where one tries"),
    "approvals.approve": Ways(api=PEOPLE),
    "approvals.reject": Ways(api=PEOPLE),
    "testing.begin": Ways(api=BY_PERSON, command=BY_PERSON),
    "testing.finish": Ways(api=BY_PERSON, command=BY_PERSON),
    "testing.evaluate": Ways(api=BY_PERSON, command=BY_PERSON),
    "testing.evaluate_persona": Ways(api=BY_PERSON, command="the console shows it beside one's own"),
    "listed_people.all": Ways(api=PEOPLE),
    "listed_people.invite": Ways(api=PEOPLE),
    "listed_people.invitation": Ways(console=INVITED, api=INVITED, command=INVITED),
    "listed_people.join": Ways(console=INVITED, api=INVITED, command=INVITED),
    "listed_people.approve": Ways(api=PEOPLE),
    "listed_people.set_roles": Ways(api=PEOPLE),
    "listed_people.remove": Ways(api=PEOPLE),
    "administrators.all": Ways(),
    "administrators.get": Ways(console="its list says everything", api="its list says everything"),
    "administrators.invite": Ways(api=PEOPLE),
    "administrators.invitation": Ways(api=BY_PERSON, command=BY_PERSON),
    "administrators.accept": Ways(
        console="by signing in: manage.console_sign_in asks", api=BY_PERSON, command=BY_PERSON
    ),
    "administrators.confirm": Ways(api=PEOPLE),
    "administrators.change_role": Ways(
        api=PEOPLE, command="an owner does it; who has none makes one by an invitation"
    ),
    "administrators.remove": Ways(api=PEOPLE),
    "keys.all": Ways(),
    "keys.rotate": Ways(api=PEOPLE),
    "keys.removable": Ways(console="its button is there where a key is removable", api=PEOPLE),
    "keys.remove": Ways(api=PEOPLE),
    "logos.upload": Ways(api=SEEN, command=SEEN),
    "deleted_clients.page": Ways(api=PEOPLE),
    "deleted_clients.restore": Ways(api=PEOPLE),
    "emergencies.open": Ways(
        console="who has no shell has no way in but CamDigiKey", api=BY_PERSON, command=BY_SERVING
    ),
    "emergencies.unseen": Ways(api=PEOPLE, command="the trail has it: bridge audit list"),
    "emergencies.acknowledge": Ways(api=PEOPLE, command="each owner says so for themselves"),
    "emergencies.enter": Ways(api=BY_PERSON, command=BY_PERSON),
    "emergencies.close": Ways(console="its end is that of what serves it", api=BY_PERSON, command=BY_SERVING),
    "jobs.all": Ways(console=LATER),
    "jobs.messages": Ways(console=LATER),
    "activity.page": Ways(api=AT_A_GLANCE, command=AT_A_GLANCE),
    "activity.timeline": Ways(api=AT_A_GLANCE, command=AT_A_GLANCE),
    "activity.rejections": Ways(api=AT_A_GLANCE, command=AT_A_GLANCE),
    "activity.last_used": Ways(api=AT_A_GLANCE, command=AT_A_GLANCE),
    "activity.export": Ways(api=AT_A_GLANCE, command=AT_A_GLANCE),
    "overview.unfinished": Ways(api=AT_A_GLANCE, command="`bridge config check` says it"),
    "overview.lately": Ways(api=AT_A_GLANCE, command=AT_A_GLANCE),
    "overview.ends_soon": Ways(api=AT_A_GLANCE, command="alerts tell of it"),
    "people.find": Ways(api=PEOPLE),
    "people.end_session": Ways(api=PEOPLE),
    "people.end_grants": Ways(api=PEOPLE),
    "people.withdraw_consent": Ways(api=PEOPLE),
    "people.everywhere": Ways(api=PEOPLE),
    "people.end_everywhere": Ways(api=PEOPLE),
    "audit.page": Ways(),
    "audit.names": Ways(
        api="it gives ids: names of people are for people", command="it prints ids, for scripts"
    ),
    "audit.head": Ways(
        console="it is kept elsewhere by who has a shell", api="it is in the log, which is kept elsewhere"
    ),
    "audit.verify": Ways(
        console="a walk through all rows, which no browser waits for",
        api="a walk through all rows, which no request waits for",
    ),
    "service.accounts": Ways(
        api=OPERATED, command="`bridge config check --ask-camdigikey` tells what is wrong with them"
    ),
    "service.settings": Ways(
        api=OPERATED, command="`bridge config show` reads them from the file as it is now"
    ),
}
WITHOUT_ACTOR = {
    "administrators.invitation",
    "administrators.accept",
    "listed_people.invitation",
    "listed_people.join",
    "testing.finish",  # whose session it is says the browser
    "emergencies.enter",
    "emergencies.close",
}


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
        case ast.Call(func=ast.Name(id="_clients")):
            return "clients"
        case ast.Call(func=ast.Name(id="_approvals")):
            return "approvals"
        case ast.Call(func=ast.Name(id="_listed")):
            return "listed_people"
    return ""


def test_every_use_case_has_its_line() -> None:
    assert {name for name, _ in methods()} == USE_CASES.keys()


@pytest.mark.parametrize("name", USE_CASES)
def test_it_can_be_asked_as_its_line_says(name: str) -> None:
    ways = USE_CASES[name]
    assert (name in asked(console)) is not bool(ways.console)
    assert (name in asked(api)) is not bool(ways.api)
    assert (name in asked(cli)) is not bool(ways.command)


@pytest.mark.parametrize(("name", "method"), [pytest.param(*found, id=found[0]) for found in methods()])
def test_it_begins_by_asking_whether_the_actor_may(name: str, method: ast.FunctionDef) -> None:
    """Or with another use case, which asks. A few need no actor: whoever has the token may."""
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
