"""The trail of administration, to look at and to verify."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bridge.domain.admin_audit import AuditHead, AuditRow, AuditVerdict
from bridge.domain.ids import AdministratorId
from bridge.manage.access import ADMINISTRATOR, Actor, may
from bridge.ports.administrators import AdministratorStore
from bridge.ports.audit import AdminAudit


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which rows are wanted; an empty text wants all. `since` in epoch seconds.

    `actor` and `subject` are whole ids, `event` is a name of domain.events.
    """

    since: int = 0
    actor: str = ""
    event: str = ""
    subject: str = ""


class AuditAdministration:
    """What can be seen of what administrators did. Each use case begins with may()."""

    def __init__(self, trail: AdminAudit, administrators: AdministratorStore) -> None:
        self._trail, self._administrators = trail, administrators

    def page(
        self, actor: Actor, wanted: AuditFilter, *, limit: int, before: int | None = None
    ) -> Sequence[AuditRow]:
        """At most `limit` rows, newest first, after the row of the number `before`."""
        may(actor, "see audit")
        return self._trail.page(
            limit=limit,
            before=before,
            since=wanted.since,
            actor=wanted.actor,
            event=wanted.event,
            subject=wanted.subject,
        )

    def names(self, actor: Actor, rows: Sequence[AuditRow]) -> Mapping[str, str]:
        """The names of the administrators in these rows, removed ones too: by actor, and by subject.

        In an emergency nobody's.
        """
        may(actor, "see audit")
        if actor.in_an_emergency:
            return {}
        entries = [row.entry for row in rows]
        acting = {entry.actor for entry in entries if entry.actor.startswith(ADMINISTRATOR)}
        done_to = {entry.subject for entry in entries if _is_of_a_person(entry.event) and entry.subject}
        names: dict[str, str] = {}
        for administrator_id in done_to | {actor_id.removeprefix(ADMINISTRATOR) for actor_id in acting}:
            found = self._administrators.get(AdministratorId(administrator_id))
            if found is not None and found.name:
                names[administrator_id] = names[ADMINISTRATOR + administrator_id] = found.name
        return names

    def head(self, actor: Actor) -> AuditHead | None:
        """The last row, signed, to be kept elsewhere; None where there is none."""
        may(actor, "see audit")
        return self._trail.head()

    def verify(self, actor: Actor, head: str = "") -> AuditVerdict:
        """Whether the rows are those that were written; `head`: a text that the log had, or a file."""
        may(actor, "see audit")
        return self._trail.verify(head)


def _is_of_a_person(event: str) -> bool:
    return event.startswith(("administrator.", "console."))
