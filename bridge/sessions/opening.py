"""A new Session: made first, since the decision needs it, and stored once the person need not confirm."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bridge.domain.connector import UpstreamLogin
from bridge.domain.encoding import TokenBytes, digest, random_text
from bridge.domain.ids import InteractionId, SessionKey, Sid
from bridge.domain.policy import Policy
from bridge.domain.session import EndCause, Predecessor, Session
from bridge.domain.subject import Subject, SubjectKey
from bridge.ports.sessions import SessionStore
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
        token_bytes: TokenBytes,
        policy: Policy,
    ) -> None:
        self._sessions = sessions
        self._ending = ending
        self._subject_key = subject_key
        self._token_bytes = token_bytes
        self._policy = policy

    def prepare(
        self, interaction_id: InteractionId, login: UpstreamLogin, before: Session | None, now: int
    ) -> NewSession:
        """The Session of a login in a browser whose Session was `before`; nothing is written.

        An earlier Session of the same person lives on: other clients' tokens hang on it.
        """
        secret = random_text(self._token_bytes, 32)
        person = self._subject_key.subject_id(login.identity.camdigikey_id)
        same = before is not None and before.subject.id == person
        earlier = (before.as_predecessor, *before.predecessors) if before is not None else ()
        session = Session(
            key=SessionKey(digest(secret)),
            sid=Sid(random_text(self._token_bytes, 16)),
            subject=Subject(person, login.identity, now),
            auth_time=now,
            interaction_id=interaction_id,
            amr=self._policy.amr.get(login.connector, ()),
            upstream=login.token,
            predecessors=earlier[:MAX_PREDECESSORS] if same else (),
        )
        if same:
            return NewSession(session, secret, _keys(earlier[MAX_PREDECESSORS:]), "superseded")
        return NewSession(session, secret, _keys(earlier), "another_person")

    def open(self, new: NewSession, now: int) -> None:
        """Store the Session, after ending those that it replaces. Raises StoreUnavailable."""
        if new.ends:
            self._ending.end(new.ends, new.cause, now)
        self._sessions.save(new.session, now)


def _keys(sessions: Sequence[Predecessor]) -> tuple[SessionKey, ...]:
    return tuple(earlier.key for earlier in sessions)
