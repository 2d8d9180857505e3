"""Signing out: a browser's Session, or the one that an application's hint names; here and at CamDigiKey."""

from collections.abc import Sequence

from bridge.domain.ids import SessionKey, Sid
from bridge.domain.session import EndCause, LogoutNotice, Session
from bridge.ports.basics import Clock
from bridge.ports.sessions import SessionStore
from bridge.sessions.ending import SessionEnding


class SignOut:
    """Signs people out."""

    def __init__(self, sessions: SessionStore, ending: SessionEnding, clock: Clock) -> None:
        self._sessions = sessions
        self._ending = ending
        self._clock = clock

    def sign_out(
        self, session: Session | None, cause: EndCause, hinted: Sid | None = None
    ) -> Sequence[LogoutNotice]:
        """End the Session of a browser, and the one that a good hint names, each with those before it.

        The hint's may be in another browser, or its cookie gone: who asks for its end is told that it has
        ended, so it has to. Returns which clients are told. Raises StoreUnavailable.
        """
        here = session.keys if session is not None else ()
        keys = tuple(dict.fromkeys((*here, *self._hinted(hinted))))
        return self._ending.end(keys, cause, int(self._clock()))

    def _hinted(self, sid: Sid | None) -> tuple[SessionKey, ...]:
        key = self._sessions.by_sid(sid) if sid is not None else None
        if key is None:
            return ()
        session = self._sessions.held(key, int(self._clock()))
        return session.keys if session is not None else (key,)
