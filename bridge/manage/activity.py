"""What happens at applications, to look at and to take along: sign-ins, failures, refused requests."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bridge.domain.activity import ActivityFilter, ActivityPlace, ActivityRow, Rejections
from bridge.domain.encoding import TokenBytes
from bridge.domain.sentence import said
from bridge.manage.access import Actor, Refused, Trail, may
from bridge.manage.activity_export import as_csv, as_json
from bridge.ports.activity import ActivityLog
from bridge.ports.audit import AdminAudit
from bridge.ports.basics import Clock

ExportForm = Literal["csv", "json"]
MAX_EXPORTED = 10_000  # rows of an export
MAX_TIMELINE = 200  # rows of one sign-in: far more than one has
LATEST_REJECTIONS = 2_000  # refused requests that are counted
WRITERS = {"csv": as_csv, "json": as_json}


@dataclass(frozen=True, slots=True)
class Export:
    """Rows to be taken along. `complete`: no more than MAX_EXPORTED rows fitted."""

    text: str
    rows: int
    complete: bool


class ActivityAdministration:
    """What can be seen of activity: a maintainer sees their own applications'. Each begins with may()."""

    def __init__(
        self, activity: ActivityLog, trail: AdminAudit, clock: Clock, token_bytes: TokenBytes
    ) -> None:
        self._activity, self._kept, self._token_bytes = activity, trail, token_bytes
        self._clock, self._trail = clock, Trail(clock)

    def page(
        self, actor: Actor, wanted: ActivityFilter, *, limit: int, before: ActivityPlace | None = None
    ) -> Sequence[ActivityRow]:
        """At most `limit` rows, newest first, after the place `before`."""
        may(actor, "see activity", wanted.client_id)
        return self._activity.page(wanted, limit=limit, before=before, among=_among(actor))

    def timeline(self, actor: Actor, reference: str) -> Sequence[ActivityRow]:
        """All that belongs to the sign-in with this reference number, oldest first; none where there is none.

        It is the number that stands at the foot of each page, and in each answer's X-Request-Id.
        """
        may(actor, "see activity")
        found = self._activity.of_reference(reference, limit=MAX_TIMELINE, among=_among(actor))
        return found

    def rejections(self, actor: Actor) -> Sequence[Rejections]:
        """The latest refused requests, by application and reason."""
        may(actor, "see activity")
        return self._activity.rejections(LATEST_REJECTIONS, among=_among(actor))

    def last_used(self, actor: Actor, client_ids: Collection[str]) -> Mapping[str, int]:
        """When each of these applications gave a person in, or got tokens, last; in epoch seconds."""
        may(actor, "see activity")
        among = _among(actor)
        return self._activity.last_used([name for name in client_ids if among is None or name in among])

    def export(self, actor: Actor, wanted: ActivityFilter, form: str) -> Export:
        """The newest rows that fit, as CSV or JSON, with pseudonyms that hold within this export alone.

        It is written down first who took what along: what can't be recorded does not happen. Raises Refused.
        """
        may(actor, "export activity", wanted.client_id)
        if form not in WRITERS:
            raise Refused(said("An export is one of {known}.", known=", ".join(WRITERS)))
        found = self._activity.page(wanted, limit=MAX_EXPORTED + 1, among=_among(actor))
        rows = found[:MAX_EXPORTED]
        complete = len(rows) == len(found)
        facts = {"format": form, "rows": str(len(rows)), "kind": wanted.kind, "reason": wanted.reason}
        self._kept.record(self._trail.entry(actor, "activity.exported", wanted.client_id, **facts))
        text = WRITERS[form](rows, self._token_bytes(32), complete=complete)
        return Export(text, len(rows), complete)


def _among(actor: Actor) -> Collection[str] | None:
    return actor.clients if actor.role == "maintainer" else None
