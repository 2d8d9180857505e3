"""Sessions: each browser's proven login."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bridge.domain.ids import SessionKey, SubjectId
from bridge.domain.session import GrantOfSession, Session


@dataclass(frozen=True, slots=True)
class SessionContents:
    """A Session and the Grants that were opened in it.

    `session` is None where it has idled out, or can't be opened any more, and its list of Grants remains.
    """

    session: Session | None
    grants: tuple[GrantOfSession, ...]


class SessionStore(Protocol):
    """Sessions (Redis), sealed. The store knows their idle limit and their limit in all."""

    def save(self, session: Session, now: int) -> None:
        """Store a new one, or the new state of a live one, whose limits stay. An ended one stays ended."""

    def get(self, key: SessionKey, now: int) -> Session | None:
        """A live one; this moves its idle limit. One round trip."""

    def peek(self, key: SessionKey) -> SessionContents | None:
        """A live one with its Grants; its idle limit does not move. One round trip."""

    def end(self, key: SessionKey) -> SessionContents | None:
        """End it and return what it was; None where it had ended before. One round trip."""

    def by_subject(self, subject_id: SubjectId, now: int) -> Sequence[SessionKey]:
        """The keys of a person's live Sessions, in whatever browser."""
