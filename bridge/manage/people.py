"""People: what lives of one, found by the sub that one application knows them by; and ending it.

Nobody is looked up by a name or a number, and neither is shown: the application's support has the sub. Every
look is written down before anything is seen. What lives at other applications takes a reason, which is kept
for the person.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bridge.domain.administrator import CONSOLE_CLIENT_ID
from bridge.domain.consent import Consent
from bridge.domain.grant import Grant
from bridge.domain.ids import ClientId, Sid, Sub, SubjectId
from bridge.domain.person_look import PersonLook
from bridge.domain.sentence import said
from bridge.domain.session import Session
from bridge.manage.access import Actor, Refused, Trail, may
from bridge.ports.audit import AdminAudit
from bridge.ports.basics import Clock
from bridge.ports.clients import ClientStore, ConsentStore
from bridge.ports.grants import GrantStore
from bridge.ports.people import PersonLooks
from bridge.ports.sessions import SessionStore
from bridge.sessions.ending import SessionEnding

SUB = re.compile(r"[A-Za-z0-9_-]{1,128}")
MAX_REASON = 300  # characters
MAX_GRANTS = 100  # that are shown of one person, the newest first; ending ends all
COMMAND_LINE = "command line"  # the role of a look by somebody with a shell on the server


class Nobody(Refused):
    """Nobody is known by this sub there; whether somebody is elsewhere is not told."""

    def __init__(self) -> None:
        super().__init__(said("This application knows nobody by this sub."))


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A sign-in of a person in one browser, and the applications that use it, as far as the actor may see."""

    sid: Sid
    auth_time: int  # epoch seconds
    client_ids: tuple[ClientId, ...]


@dataclass(frozen=True, slots=True)
class LiveGrant:
    """What an application has of a person. `offline`: it outlives the sign-in."""

    client_id: ClientId
    created_at: int  # epoch seconds
    scope: tuple[str, ...]
    offline: bool


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """What lives of a person at one application; `consent`: what they are not asked for again."""

    client_id: ClientId
    client_name: str
    sub: Sub
    sessions: tuple[LiveSession, ...]
    grants: tuple[LiveGrant, ...]
    consent: Consent | None


@dataclass(frozen=True, slots=True)
class WholePerson:
    """What lives of a person at all applications."""

    sessions: tuple[LiveSession, ...]
    grants: tuple[LiveGrant, ...]
    names: Mapping[ClientId, str]  # of the applications in them


@dataclass(frozen=True, slots=True)
class PeoplePorts:
    """What the use cases of people need: the stores of sign-ins too, unlike the rest of administration."""

    clients: ClientStore
    consents: ConsentStore
    grants: GrantStore
    sessions: SessionStore
    ending: SessionEnding
    looks: PersonLooks
    trail: AdminAudit
    clock: Clock


class PeopleAdministration:
    """Each use case begins with may(), and raises Nobody where the sub is not known at the application.

    What is ended is written down first: a trail that says too much is mended by looking, one that says too
    little by nothing.
    """

    def __init__(self, ports: PeoplePorts) -> None:
        self._ports = ports
        self._trail = Trail(ports.clock)

    def find(self, actor: Actor, client_id: str, sub: str) -> FoundPerson:
        """What lives of a person at this application."""
        may(actor, "see person", client_id)
        at = self._at(client_id, sub)
        self._ports.trail.record(self._trail.entry(actor, "person.seen", at.client_id, sub=at.sub))
        return FoundPerson(
            at.client_id,
            at.client_name,
            at.sub,
            tuple(_live(session, (at.client_id,)) for session in self._sessions_at(at)),
            _shown(self._grants_at(at)),
            self._ports.consents.get(at.subject_id, at.client_id),
        )

    def end_session(self, actor: Actor, client_id: str, sub: str, sid: str) -> None:
        """End a sign-in that this application uses: for all applications, which hear of it.

        Raises Refused when there is none of this person's there.
        """
        may(actor, "end session", client_id)
        at = self._at(client_id, sub)
        session = next((session for session in self._sessions_at(at) if session.sid == sid), None)
        if session is None:
            raise Refused("This sign-in has ended already.")
        entry = self._trail.entry(actor, "person.session_ended", at.client_id, sub=at.sub, sid=session.sid)
        self._ports.trail.record(entry)
        self._ports.ending.end(session.keys, "administrator", self._now())

    def end_grants(self, actor: Actor, client_id: str, sub: str) -> None:
        """End all that this application has of the person, offline access too; it hears of it."""
        may(actor, "end grants", client_id)
        at = self._at(client_id, sub)
        self._ports.trail.record(self._trail.entry(actor, "person.grants_ended", at.client_id, sub=at.sub))
        self._ports.ending.end_grants(self._grants_at(at), self._now())

    def withdraw_consent(self, actor: Actor, client_id: str, sub: str) -> None:
        """Forget what the person agreed to give this application: they are asked again."""
        may(actor, "withdraw consent", client_id)
        at = self._at(client_id, sub)
        entry = self._trail.entry(actor, "person.consent_withdrawn", at.client_id, sub=at.sub)
        self._ports.consents.remove(at.subject_id, at.client_id, entry=entry)

    def everywhere(self, actor: Actor, client_id: str, sub: str, reason: str) -> WholePerson:
        """What lives of the person at all applications; `reason`: why one has to look, for them to read.

        Raises Refused where the reason is missing, too long, or has letters that can't be seen.
        """
        may(actor, "see person everywhere", client_id)
        why, at = checked_reason(reason), self._at(client_id, sub)
        entry = self._trail.entry(actor, "person.seen_everywhere", at.client_id, sub=at.sub, reason=why)
        self._ports.looks.add(self._look(actor, at, why), entry=entry)
        sessions = tuple(_live(session, ids) for session, ids in self._sessions_of(at.subject_id))
        grants = _shown(self._grants_of(at.subject_id))
        named = {grant.client_id for grant in grants}.union(*(session.client_ids for session in sessions))
        return WholePerson(sessions, grants, self._names(named))

    def end_everywhere(self, actor: Actor, client_id: str, sub: str, reason: str) -> None:
        """End all sign-ins of the person, and all that any application has of them. `reason` as above."""
        may(actor, "end everywhere", client_id)
        why, at = checked_reason(reason), self._at(client_id, sub)
        entry = self._trail.entry(actor, "person.ended_everywhere", at.client_id, sub=at.sub, reason=why)
        self._ports.looks.add(self._look(actor, at, why), entry=entry)
        now, ending = self._now(), self._ports.ending
        ending.end(self._ports.sessions.by_subject(at.subject_id, now), "administrator", now)
        ending.end_grants(self._grants_of(at.subject_id), now)

    def _at(self, client_id: str, sub: str) -> "_At":
        """Whom the application knows by this sub. Raises Nobody."""
        p, client = self._ports, self._ports.clients.get(client_id)
        if client is None or client.client_id == CONSOLE_CLIENT_ID or not SUB.fullmatch(sub):
            raise Nobody
        known_as, now = Sub(sub), self._now()
        found = p.grants.subject_of(client.client_id, known_as, now) or p.consents.subject_of(
            client.client_id, known_as
        )
        if found is None:
            raise Nobody
        return _At(client.client_id, client.client_name, known_as, found)

    def _sessions_of(self, subject_id: SubjectId) -> Sequence[tuple[Session, tuple[ClientId, ...]]]:
        """The person's Sessions, the newest first, and the applications that have Grants in each."""
        sessions = self._ports.sessions
        found = [sessions.peek(key) for key in sessions.by_subject(subject_id, self._now())]
        pairs = [
            (contents.session, tuple(dict.fromkeys(grant.client_id for grant in contents.grants)))
            for contents in found
            if contents is not None and contents.session is not None
        ]
        return sorted(pairs, key=lambda pair: -pair[0].auth_time)

    def _sessions_at(self, at: "_At") -> Sequence[Session]:
        return [session for session, ids in self._sessions_of(at.subject_id) if at.client_id in ids]

    def _grants_of(self, subject_id: SubjectId) -> Sequence[Grant]:
        """All of the person's Grants, the newest first."""
        now, grants = self._now(), self._ports.grants
        found = [grants.find(grant_id, now) for grant_id in grants.by_subject(subject_id, now)]
        return sorted((grant for grant in found if grant is not None), key=lambda grant: -grant.created_at)

    def _grants_at(self, at: "_At") -> Sequence[Grant]:
        return [grant for grant in self._grants_of(at.subject_id) if grant.client_id == at.client_id]

    def _names(self, client_ids: Iterable[ClientId]) -> Mapping[ClientId, str]:
        known = (self._ports.clients.get(client_id) for client_id in client_ids)
        return {client.client_id: client.client_name for client in known if client is not None}

    def _look(self, actor: Actor, at: "_At", reason: str) -> PersonLook:
        role = COMMAND_LINE if actor.local else str(actor.role)
        return PersonLook(at.subject_id, self._now(), role, reason)

    def _now(self) -> int:
        return int(self._ports.clock())


@dataclass(frozen=True, slots=True)
class _At:
    """A person at an application."""

    client_id: ClientId
    client_name: str
    sub: Sub
    subject_id: SubjectId


def checked_reason(reason: str) -> str:
    """A reason as it is kept. Raises Refused where it can't be read by the person it is about."""
    text = reason.strip()
    if not any(letter.isalnum() for letter in text):
        raise Refused("Write the reason: it is kept, and shown to the person.")
    if len(text) > MAX_REASON:
        raise Refused("The reason is too long.")
    if not all(_is_seen(letter) for letter in text):
        raise Refused("The reason has control characters in it.")
    return text


def _is_seen(letter: str) -> bool:
    """Letters, and the zero-width space and joiners that Khmer is written with."""
    return letter in "\u200b\u200c\u200d" or unicodedata.category(letter)[0] != "C"


def _live(session: Session, client_ids: tuple[ClientId, ...]) -> LiveSession:
    return LiveSession(session.sid, session.auth_time, client_ids)


def _shown(grants: Iterable[Grant]) -> tuple[LiveGrant, ...]:
    shown = [LiveGrant(grant.client_id, grant.created_at, grant.scope, grant.offline) for grant in grants]
    return tuple(shown[:MAX_GRANTS])
