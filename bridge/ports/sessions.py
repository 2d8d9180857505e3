"""Sessions: each browser's proven login."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bridge.domain.ids import SessionKey, SubjectId
from bridge.domain.session import GrantOfSession, Session


@dataclass(frozen=True, slots=True)
class SessionContents:
    """A Session and what was opened in it; `session` is None where it can't be read any more."""

    session: Session | None
    grants: tuple[GrantOfSession, ...]


class SessionStore(Protocol):
    """Sessions (Redis), sealed. `idle` and `limit` are the store's settings."""

    def save(self, session: Session, now: int) -> None:
        """Keep a new one, or the new state of one that lives (its limits stay)."""

    def get(self, key: SessionKey, now: int) -> Session | None:
        """A live one; using it moves its idle limit. One round trip."""

    def peek(self, key: SessionKey) -> SessionContents | None:
        """A live one, left as it is, its idle limit too. One round trip."""

    def end(self, key: SessionKey) -> SessionContents | None:
        """End it, once: whoever comes later gets None. One round trip."""

    def by_subject(self, subject_id: SubjectId, now: int) -> Sequence[SessionKey]:
        """The keys of a person's live Sessions, in whatever browser."""
