"""What administrators did: a page of the trail at a time, newest first, of whom and of what one likes."""

from collections.abc import Sequence

from flask import request
from werkzeug.wrappers import Response

from bridge.domain.admin_audit import AuditRow
from bridge.domain.events import CHAINED_EVENTS, EVENTS
from bridge.manage import OPERATOR, AuditFilter
from bridge.manage.access import ADMINISTRATOR
from bridge.web.console import pages
from bridge.web.console.guard import here
from bridge.web.use_cases import use_cases

PAGE = 50  # rows on a page
HASHES = ("before", "mac", "segment")  # facts of the chain itself
MAX_TEXT = 255  # characters of an id
MAX_NUMBER = 18  # digits of a row's number


def audit() -> Response:
    """The list, a page of it: after the number of the last row of the page before."""
    admin, actor = use_cases().administration, here().actor
    given = {name: request.args.get(name, "").strip()[:MAX_TEXT] for name in ("actor", "event", "subject")}
    wanted = AuditFilter(actor=given["actor"], event=given["event"], subject=given["subject"])
    before = _number(request.args.get("before", ""))
    found = admin.audit.page(actor, wanted, limit=PAGE + 1, before=before)
    shown = found[:PAGE]
    return pages.show(
        "audit",
        rows=shown,
        shown={row.sequence: _for_people(row) for row in shown},
        names=admin.audit.names(actor, shown),
        more=len(found) > PAGE,
        first=before is None,
        given={name: text for name, text in given.items() if text},
        actors=_actors(shown),
        meanings={name: EVENTS[name].meaning for name in CHAINED_EVENTS},
    )


def _for_people(row: AuditRow) -> dict[str, str]:
    """The facts of a row, without the hashes that only `bridge audit verify` reads."""
    return {name: text for name, text in row.entry.facts.items() if name not in HASHES and text}


def _number(text: str) -> int | None:
    """The number of a row; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MAX_NUMBER else None


def _actors(shown: Sequence[AuditRow]) -> dict[str, str]:
    """Whose rows can be asked for: the administrators of today by their names, and who else is seen here."""
    people = use_cases().administration.administrators.all(here().actor)
    others = {row.entry.actor: "" for row in shown if not row.entry.actor.startswith(ADMINISTRATOR)}
    return {OPERATOR.id: "", **others, **{ADMINISTRATOR + person.id: person.name for person in people}}
