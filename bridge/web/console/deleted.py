"""Deleted applications: the list of those that can be restored, and restoring one."""

from flask import request
from werkzeug.wrappers import Response

from bridge.domain.ids import ClientId
from bridge.manage import ClientFaults, Refused
from bridge.web.console import pages
from bridge.web.console.application import show_registered
from bridge.web.console.guard import here
from bridge.web.use_cases import use_cases

PAGE = 50  # applications on a page
MAX_DIGITS = 12  # of an instant


def deleted() -> Response:
    """The list, a page of it, the last deleted first."""
    return _list()


def restore(client_id: str) -> Response:
    """Restores one, and shows its new secret this once."""
    try:
        made = use_cases().administration.deleted_clients.restore(here().actor, client_id)
    except ClientFaults as faults:
        return _list(faults.faults, status=422)
    except Refused as refused:
        return _list((refused.sentence,), status=422)
    return show_registered(made, restored=True, left_out=made.left_out)


def _list(faults: tuple[str, ...] = (), *, status: int = 200) -> Response:
    before, administration = _before(), use_cases().administration
    found = administration.deleted_clients.page(here().actor, limit=PAGE + 1, before=before)
    return pages.show(
        "deleted",
        status,
        found=found[:PAGE],
        more=len(found) > PAGE,
        first=before is None,
        faults=faults,
    )


def _before() -> tuple[int, ClientId] | None:
    """When the last one of the page before was deleted, and its id; None on the first page."""
    at = request.args.get("at", "")
    if not (at.isascii() and at.isdecimal() and len(at) <= MAX_DIGITS):
        return None
    return int(at), ClientId(request.args.get("before", ""))
