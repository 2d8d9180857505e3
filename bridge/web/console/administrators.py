"""Who administers: the list, invitations, waiting people, roles; and one's own sessions."""

from collections.abc import Callable

from flask import redirect, request
from werkzeug.wrappers import Response

from bridge.domain.administrator import ROLE_LABELS, ROLE_MEANINGS
from bridge.manage import Refused
from bridge.manage.administrators import AdministratorAdministration
from bridge.web.console import pages
from bridge.web.console.guard import here
from bridge.web.console.rows import ROOT
from bridge.web.use_cases import use_cases


def administrators() -> Response:
    """The list of administrators, those who wait first."""
    return _list()


def invite() -> Response:
    """Makes an invitation, and shows its link this once."""
    clients = tuple(request.form.get("clients", "").split())
    try:
        token = _administration().invite(here().actor, request.form.get("role", ""), clients)
    except Refused as refused:
        return _list((refused.sentence,), status=422)
    return _list(link=f"{use_cases().policy.issuer}{ROOT}/invitation/{token}")


def confirm(administrator_id: str) -> Response:
    """Lets a waiting person in, by the code that they were shown."""
    code = "".join(request.form.get("code", "").split())
    return _changed(lambda: _administration().confirm(here().actor, administrator_id, code))


def change_role(administrator_id: str) -> Response:
    """Gives an administrator another role."""
    role, clients = request.form.get("role", ""), tuple(request.form.get("clients", "").split())
    return _changed(lambda: _administration().change_role(here().actor, administrator_id, role, clients))


def remove(administrator_id: str) -> Response:
    """Removes an administrator."""
    return _changed(lambda: _administration().remove(here().actor, administrator_id))


def sessions() -> Response:
    """One's own sessions in the console."""
    mine = use_cases().console_sign_in.sessions_of(here().administrator)
    return pages.show("sessions", sessions=mine, current=here().session.key)


def end_session() -> Response:
    """Ends one of one's own sessions."""
    key, sign_in = request.form.get("key", ""), use_cases().console_sign_in
    for session in sign_in.sessions_of(here().administrator):
        if session.key == key:
            sign_in.end(here().actor, session)
    return redirect(f"{ROOT}/sessions", 303)


def _administration() -> AdministratorAdministration:
    return use_cases().administration.administrators


def _changed(change: Callable[[], object]) -> Response:
    try:
        change()
    except Refused as refused:
        return _list((refused.sentence,), status=422)
    return redirect(f"{ROOT}/administrators?saved=1", 303)


def _list(faults: tuple[str, ...] = (), *, link: str = "", status: int = 200) -> Response:
    found = _administration().all(here().actor)
    return pages.show(
        "administrators",
        status,
        administrators=[person for person in found if person.active],
        waiting=[person for person in found if not person.active],
        roles=ROLE_LABELS,
        meanings=ROLE_MEANINGS,
        faults=faults,
        link=link,
        saved="saved" in request.args,
    )
