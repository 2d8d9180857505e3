"""Activity: the list of events with its filters, the sign-in of a reference number, refusals, the export."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Response as FlaskResponse
from flask import request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from bridge.domain.activity import SHOWN_FACTS, ActivityFilter, ActivityPlace, ActivityRow
from bridge.domain.administrator import CONSOLE_CLIENT_ID
from bridge.domain.client import Client
from bridge.domain.events import EVENTS, KINDS
from bridge.manage import Refused
from bridge.web.console import pages
from bridge.web.console.difference import Difference, difference
from bridge.web.console.fields import TABS
from bridge.web.console.guard import here
from bridge.web.console.texts import KIND_NAMES
from bridge.web.use_cases import use_cases

PAGE = 50  # rows on a page
MAX_TEXT = 255  # characters of a filter
MAX_NUMBER = 18  # digits of a row's number and of a time
FILTERS = ("client_id", "kind", "reason", "since", "until")
MEDIA_TYPES = {"csv": "text/csv", "json": "application/json"}


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row as the pages show it. `client`: as it is registered now; None for one that is not."""

    row: ActivityRow
    meaning: str
    facts: Mapping[str, str]
    client: Client | None
    difference: Difference | None

    @property
    def listed(self) -> bool:
        """Whether its application has pages of its own: the console is in no list."""
        return self.client is not None and self.client.client_id != CONSOLE_CLIENT_ID


def activity() -> Response:
    """The list, a page of it, newest first."""
    given = _given(request.args)
    found, more, first = _page(_filter(given))
    return pages.show(
        "activity",
        rows=_shown(found),
        more=more,
        first=first,
        given={name: text for name, text in given.items() if text},
        kinds={kind: KIND_NAMES[kind] for kind in KINDS},
    )


def application_activity(client_id: str) -> Response:
    """The same of one application."""
    admin, actor = use_cases().administration, here().actor
    try:
        client = admin.clients.get(actor, client_id)
    except Refused:
        raise NotFound from None
    kind = request.args.get("kind", "")
    found, more, first = _page(ActivityFilter(client_id=client_id, kind=kind if kind in KINDS else ""))
    return pages.show(
        "application_activity",
        client=client,
        tabs=TABS,
        tab="activity",
        used_at=admin.activity.last_used(actor, (client_id,)).get(client_id),
        rows=_shown(found),
        more=more,
        first=first,
        kind=kind,
        kinds={kind: KIND_NAMES[kind] for kind in KINDS},
    )


def timeline() -> Response:
    """All that belongs to the sign-in of a reference number, in its order."""
    reference = request.args.get("reference", "").strip()[:MAX_TEXT]
    found = use_cases().administration.activity.timeline(here().actor, reference) if reference else ()
    return pages.show("timeline", rows=_shown(found), reference=reference)


def refused_requests() -> Response:
    """Refused requests by application and reason, and the latest addresses that nobody registered."""
    admin, actor = use_cases().administration, here().actor
    wanted = ActivityFilter(kind="rejection", reason="bad_redirect_uri")
    latest = admin.activity.page(actor, wanted, limit=PAGE)
    counted = admin.activity.rejections(actor)
    clients = {found.client_id: use_cases().clients.get(found.client_id) for found in counted}
    rows = _shown(latest)
    return pages.show(
        "refused_requests", counted=counted, clients=clients, rows=rows, console=CONSOLE_CLIENT_ID
    )


def export_activity() -> Response:
    """The rows that fit the filters, as a file."""
    form = request.form.get("format", "")
    wanted = _filter(_given(request.form))
    made = use_cases().administration.activity.export(here().actor, wanted, form)
    response = FlaskResponse(made.text, mimetype=MEDIA_TYPES[form])
    response.headers["Content-Disposition"] = f'attachment; filename="activity.{form}"'
    return response


def _page(wanted: ActivityFilter) -> tuple[Sequence[ActivityRow], bool, bool]:
    """Rows, whether there are more, and whether it is the first page."""
    before = _place(request.args.get("before", ""))
    admin = use_cases().administration.activity
    found = admin.page(here().actor, wanted, limit=PAGE + 1, before=before)
    return found[:PAGE], len(found) > PAGE, before is None


def _given(values: Mapping[str, str]) -> Mapping[str, str]:
    return {name: values.get(name, "").strip()[:MAX_TEXT] for name in FILTERS}


def _filter(given: Mapping[str, str]) -> ActivityFilter:
    return ActivityFilter(
        client_id=given["client_id"],
        kind=given["kind"] if given["kind"] in KINDS else "",
        reason=given["reason"],
        since=_day(given["since"]),
        until=_day(given["until"], days=1),
    )


def _day(text: str, days: int = 0) -> int:
    """The beginning of a day in Cambodia (2026-11-27), so many days on; 0 for anything else."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=pages.CAMBODIA) + timedelta(days=days)
    except (ValueError, OverflowError):
        return 0
    return max(0, int(day.timestamp()))


def _place(text: str) -> ActivityPlace | None:
    """Where the page before ended, `time.number`; None for anything else."""
    numbers = text.split(".")
    if len(numbers) != 2 or not all(
        number.isascii() and number.isdecimal() and len(number) <= MAX_NUMBER for number in numbers
    ):
        return None
    return ActivityPlace(*map(int, numbers))


def _shown(rows: Iterable[ActivityRow]) -> Sequence[ShownRow]:
    known: dict[str, Client | None] = {}
    for row in rows:
        if row.client_id not in known:
            known[row.client_id] = use_cases().clients.get(row.client_id) if row.client_id else None
    return [_shown_row(row, known[row.client_id]) for row in rows]


def _shown_row(row: ActivityRow, client: Client | None) -> ShownRow:
    sent = row.facts.get("sent", "")
    facts = {
        name: text
        for name, text in row.facts.items()
        if name in SHOWN_FACTS and name != "sent" and text and text != row.reason
    }
    return ShownRow(
        row,
        EVENTS[row.event].meaning if row.event in EVENTS else row.event,
        facts,
        client,
        difference(sent, client.redirect_uris) if sent and client else None,
    )
