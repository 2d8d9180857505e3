"""Who may use an application that only listed people may: the list, invitations, waiting people, roles."""

from collections.abc import Callable

from flask import redirect, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from bridge.manage import Refused
from bridge.manage.client_people import ClientPeopleAdministration
from bridge.web.console import pages
from bridge.web.console.fields import TABS
from bridge.web.console.guard import here
from bridge.web.console.rows import ROOT
from bridge.web.use_cases import use_cases


def listed_people(client_id: str) -> Response:
    """The list, those who wait first."""
    return _list(client_id)


def invite_person(client_id: str) -> Response:
    """Makes an invitation, and shows its link this once."""
    try:
        token = _listed().invite(here().actor, client_id, _roles())
    except Refused as refused:
        return _list(client_id, (refused.sentence,), status=422)
    return _list(client_id, link=f"{use_cases().policy.issuer}/join/{token}")


def approve_person(client_id: str, person_id: str) -> Response:
    """Lets a waiting person in."""
    return _changed(client_id, lambda: _listed().approve(here().actor, client_id, person_id))


def person_roles(client_id: str, person_id: str) -> Response:
    """Gives a person other roles."""
    return _changed(client_id, lambda: _listed().set_roles(here().actor, client_id, person_id, _roles()))


def remove_person(client_id: str, person_id: str) -> Response:
    """Lets a person in no more."""
    return _changed(client_id, lambda: _listed().remove(here().actor, client_id, person_id))


def _listed() -> ClientPeopleAdministration:
    return use_cases().administration.listed_people


def _roles() -> tuple[str, ...]:
    return tuple(request.form.get("roles", "").split())


def _changed(client_id: str, change: Callable[[], object]) -> Response:
    try:
        change()
    except Refused as refused:
        return _list(client_id, (refused.sentence,), status=422)
    return redirect(f"{ROOT}/applications/{client_id}/people?saved=1", 303)


def _list(client_id: str, faults: tuple[str, ...] = (), *, link: str = "", status: int = 200) -> Response:
    administration = use_cases().administration
    try:
        client = administration.clients.get(here().actor, client_id)
        found = administration.listed_people.all(here().actor, client_id)
    except Refused:
        raise NotFound from None
    return pages.show(
        "listed_people",
        status,
        client=client,
        tabs=TABS,
        tab="listed_people",
        people=[person for person in found if person.state != "pending"],
        waiting=[person for person in found if person.state == "pending"],
        faults=faults,
        link=link,
        saved="saved" in request.args,
    )
