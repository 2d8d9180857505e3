"""Sessions: each browser's proven login."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bridge.domain.ids import SessionKey, Sid, SubjectId
from bridge.domain.session import GrantOfSession, Session


@dataclass(frozen=True, slots=True)
class SessionContents:
    """A Session and the Grants that were opened in it.

    `session` is None where it can't be opened any more, and its list of Grants remains.
    """

    session: Session | None
    grants: tuple[GrantOfSession, ...]


Saved = Literal["new", "live", "ended"]  # what a Session was before it was saved


class SessionStore(Protocol):
    """Sessions (Redis), sealed. The store knows their idle limit and their limit in all.

    One that is idle signs nobody in any more, and that is all: it stays until its end in all, so that
    refresh tokens live on and a sign-out is heard of (DESIGN §6.24).
    """

    def save(self, session: Session, now: int) -> Saved:
        """Store a new one, or the new state of a live one, whose limits stay. An ended one stays ended."""

    def get(self, key: SessionKey, now: int, *, used: bool = True) -> Session | None:
        """One that is not idle; `used` by its browser: this moves its idle limit. One round trip."""

    def held(self, key: SessionKey, now: int) -> Session | None:
        """One that has not ended, idle or not; its idle limit does not move. One round trip."""

    def peek(self, key: SessionKey) -> SessionContents | None:
        """One that has not ended, idle or not, with its Grants; no limit moves. One round trip."""

    def by_sid(self, sid: Sid) -> SessionKey | None:
        """The key of the Session that ID tokens call so; it may have ended. One round trip."""

    def end(self, key: SessionKey) -> SessionContents | None:
        """End it and return what it was; None where it had ended before. One round trip."""

    def by_subject(self, subject_id: SubjectId, now: int) -> Sequence[SessionKey]:
        """The keys of a person's Sessions that have not ended, idle or not, in whatever browser."""
