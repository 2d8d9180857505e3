"""What is remembered of looks at a person across applications (SQL), to be shown to that person."""

from collections.abc import Sequence
from typing import Protocol

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.ids import SubjectId
from bridge.domain.person_look import PersonLook


class PersonLooks(Protocol):
    """Looks at people, each with its reason."""

    def add(self, look: PersonLook, *, entry: AuditEntry) -> None:
        """Remember a look, and its entry in the trail of administration: both, or neither."""

    def of(self, subject_id: SubjectId, *, limit: int) -> Sequence[PersonLook]:
        """At most `limit` looks at this person, the newest first."""
