"""Signing out of a browser: its Session and this person's earlier ones in it end, here and at CamDigiKey."""

from collections.abc import Sequence

from bridge.domain.session import EndCause, LogoutNotice, Session
from bridge.ports.basics import Clock
from bridge.sessions.ending import SessionEnding


class SignOut:
    """Signs people out."""

    def __init__(self, ending: SessionEnding, clock: Clock) -> None:
        self._ending = ending
        self._clock = clock

    def sign_out(self, session: Session, cause: EndCause) -> Sequence[LogoutNotice]:
        """End the Session of a browser and those before it. Returns which clients are told.

        Raises StoreUnavailable.
        """
        return self._ending.end(session.keys, cause, int(self._clock()))
