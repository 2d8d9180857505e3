"""A new Session: made first, since the decision needs it, and stored once the person need not confirm."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bridge.domain.connector import UpstreamLogin
from bridge.domain.encoding import base64url, digest
from bridge.domain.ids import InteractionId, SessionKey, Sid
from bridge.domain.policy import Policy
from bridge.domain.session import EndCause, Predecessor, Session
from bridge.domain.subject import Subject, SubjectKey
from bridge.ports.sessions import Saved, SessionStore
from bridge.sessions.ending import SessionEnding

MAX_PREDECESSORS = 20  # earlier Sessions of one person in one browser that a sign-out ends too


@dataclass(frozen=True, slots=True)
class NewSession:
    """A Session that is not stored yet, its cookie's secret, and the Sessions that end when it opens."""

    session: Session
    secret: str = field(repr=False)
    ends: tuple[SessionKey, ...] = ()
    cause: EndCause = "another_person"


class SessionOpening:
    """Opens Sessions. Each login gets a new sid and cookie; another person's Sessions end (DESIGN §6.7)."""

    def __init__(
        self,
        sessions: SessionStore,
        ending: SessionEnding,
        subject_key: SubjectKey,
        policy: Policy,
    ) -> None:
        self._sessions = sessions
        self._ending = ending
        self._subject_key = subject_key
        self._policy = policy

    def prepare(
        self,
        interaction_id: InteractionId,
        login: UpstreamLogin,
        before: Session | None,
        returned_at: int,
        secret: str,
    ) -> NewSession:
        """The Session of a login in a browser whose Session was `before`; nothing is written.

        `secret`: of its cookie, 256 random bits. All of the Session follows from it and the login, so that a
        press that comes twice makes the same. An earlier Session of the same person lives on: other clients'
        tokens hang on it. `returned_at`: when the login came back, in epoch seconds.
        """
        key = SessionKey(digest(secret))
        person = self._subject_key.subject_id(login.identity.camdigikey_id)
        same = before is not None and before.subject.id == person
        earlier = _before(key, before)
        session = Session(
            key=key,
            sid=Sid(base64url(bytes.fromhex(digest("sid:" + secret))[:16])),
            subject=Subject(person, login.identity, returned_at),
            auth_time=returned_at,
            interaction_id=interaction_id,
            amr=self._policy.amr.get(login.connector, ()),
            upstream=login.token,
            predecessors=earlier[:MAX_PREDECESSORS] if same else (),
        )
        if same:
            return NewSession(session, secret, _keys(earlier[MAX_PREDECESSORS:]), "superseded")
        return NewSession(session, secret, _keys(earlier), "another_person")

    def open(self, new: NewSession, now: int) -> Saved:
        """Store the Session, after ending those that it replaces. Returns what it was before.

        Raises StoreUnavailable.
        """
        if new.ends:
            self._ending.end(new.ends, new.cause, now)
        return self._sessions.save(new.session, now)

    def opened(self, secret: str, now: int) -> NewSession | None:
        """The live Session of this secret, opened by an earlier press."""
        session = self._sessions.get(SessionKey(digest(secret)), now)
        return None if session is None else NewSession(session, secret)


def _before(key: SessionKey, before: Session | None) -> tuple[Predecessor, ...]:
    """The Sessions that a browser had before the one of this key, which may be its own by now."""
    if before is None:
        return ()
    return before.predecessors if before.key == key else (before.as_predecessor, *before.predecessors)


def _keys(sessions: Sequence[Predecessor]) -> tuple[SessionKey, ...]:
    return tuple(earlier.key for earlier in sessions)
