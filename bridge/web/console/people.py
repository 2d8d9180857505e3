"""A person, found by the sub of one application: what lives of them there, and ending it.

Crossing applications takes a reason.
"""

from collections.abc import Callable
from urllib.parse import quote

from flask import redirect, request
from werkzeug.wrappers import Response

from bridge.manage import Refused
from bridge.manage.people import MAX_GRANTS, MAX_REASON, SUB, Nobody
from bridge.web.console import pages
from bridge.web.console.guard import here
from bridge.web.console.rows import PEOPLE
from bridge.web.texts import N_
from bridge.web.use_cases import use_cases

MAX_SUGGESTED = 50  # applications that the field of the client id suggests
ASKS_BOTH = N_("Write the application's client id, and the sub that it knows the person by.")


def people() -> Response:
    """Asks for an application and a sub."""
    return _form(request.args.get("client_id", ""), "")


def look_for_person() -> Response:
    """Goes to the person's page, whoever they are: that page looks."""
    client_id, sub = (request.form.get(name, "").strip() for name in ("client_id", "sub"))
    if not client_id or not sub:
        return _form(client_id, sub, (ASKS_BOTH,), 422)
    if not SUB.fullmatch(sub) or "/" in client_id:
        return _form(client_id, sub, (Nobody().sentence,), 404)
    return redirect(_address(client_id, sub), 303)


def person(client_id: str, sub: str) -> Response:
    """What lives of a person at an application."""
    return _person(client_id, sub)


def end_sign_in(client_id: str, sub: str) -> Response:
    """Ends a sign-in of theirs."""
    sid = request.form.get("sid", "")
    return _changed(client_id, sub, lambda: use_cases().people.end_session(here().actor, client_id, sub, sid))


def end_grants(client_id: str, sub: str) -> Response:
    """Ends what the application has of them."""
    return _changed(client_id, sub, lambda: use_cases().people.end_grants(here().actor, client_id, sub))


def withdraw_consent(client_id: str, sub: str) -> Response:
    """Forgets what they agreed to give it."""
    return _changed(client_id, sub, lambda: use_cases().people.withdraw_consent(here().actor, client_id, sub))


def ask_reason(client_id: str, sub: str) -> Response:
    """Asks why one has to look across applications; nothing is looked at yet."""
    return _ask_reason(client_id, sub)


def person_everywhere(client_id: str, sub: str) -> Response:
    """What lives of them at all applications."""
    reason = request.form.get("reason", "")
    try:
        whole = use_cases().people.everywhere(here().actor, client_id, sub, reason)
    except Nobody as nobody:
        return _form(client_id, sub, (nobody.sentence,), 404)
    except Refused as refused:
        return _ask_reason(client_id, sub, reason, (refused.sentence,), 422)
    return pages.show(
        "person_everywhere",
        address=_address(client_id, sub),
        whole=whole,
        reason=reason.strip(),
        most=MAX_GRANTS,
    )


def end_everywhere(client_id: str, sub: str) -> Response:
    """Ends all of it."""
    reason = request.form.get("reason", "")
    try:
        use_cases().people.end_everywhere(here().actor, client_id, sub, reason)
    except Nobody as nobody:
        return _form(client_id, sub, (nobody.sentence,), 404)
    except Refused as refused:
        return _ask_reason(client_id, sub, reason, (refused.sentence,), 422)
    return redirect(f"{_address(client_id, sub)}?saved=1", 303)


def _person(client_id: str, sub: str, faults: tuple[str, ...] = (), status: int = 200) -> Response:
    try:
        found = use_cases().people.find(here().actor, client_id, sub)
    except Nobody as nobody:
        return _form(client_id, sub, (nobody.sentence,), 404)
    return pages.show(
        "person",
        status,
        found=found,
        address=_address(client_id, sub),
        most=MAX_GRANTS,
        faults=faults,
        saved="saved" in request.args,
    )


def _changed(client_id: str, sub: str, change: Callable[[], None]) -> Response:
    try:
        change()
    except Nobody as nobody:
        return _form(client_id, sub, (nobody.sentence,), 404)
    except Refused as refused:
        return _person(client_id, sub, (refused.sentence,), 409)
    return redirect(f"{_address(client_id, sub)}?saved=1", 303)


def _ask_reason(
    client_id: str, sub: str, reason: str = "", faults: tuple[str, ...] = (), status: int = 200
) -> Response:
    return pages.show(
        "person_reason",
        status,
        address=_address(client_id, sub),
        reason=reason[:MAX_REASON],
        max_reason=MAX_REASON,
        faults=faults,
    )


def _form(client_id: str, sub: str, faults: tuple[str, ...] = (), status: int = 200) -> Response:
    suggested = use_cases().administration.clients.page(here().actor, limit=MAX_SUGGESTED)
    return pages.show("people", status, clients=suggested, client_id=client_id, sub=sub, faults=faults)


def _address(client_id: str, sub: str) -> str:
    return f"{PEOPLE}/{quote(client_id, safe='')}/{quote(sub, safe='')}"
