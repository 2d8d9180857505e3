"""The end of Sessions: one function for every cause, which also has clients told (back-channel logout)."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from bridge.domain.client import Client
from bridge.domain.grant import Grant
from bridge.domain.ids import GrantId, SessionKey, Sid, Sub
from bridge.domain.outbox import logout_messages
from bridge.domain.session import EndCause, GrantOfSession, LogoutNotice, Session
from bridge.domain.subject import Subject, SubjectKey
from bridge.ports.basics import AuditLog
from bridge.ports.clients import ClientStore
from bridge.ports.grants import GrantStore
from bridge.ports.outbound import Outbox
from bridge.ports.sessions import SessionContents, SessionStore
from bridge.sessions.upstream import UpstreamLogout


class _Person(NamedTuple):
    """The person of a Session, and the sid by which clients know it."""

    subject: Subject
    sid: Sid


class SessionEnding:
    """Ends Sessions here, and then at CamDigiKey, where a failure stops nothing (DESIGN §6.11)."""

    def __init__(
        self,
        sessions: SessionStore,
        grants: GrantStore,
        clients: ClientStore,
        outbox: Outbox,
        upstream: UpstreamLogout,
        subject_key: SubjectKey,
        audit: AuditLog,
    ) -> None:
        self._sessions = sessions
        self._grants = grants
        self._clients = clients
        self._outbox = outbox
        self._upstream = upstream
        self._subject_key = subject_key
        self._audit = audit

    def end(self, keys: Sequence[SessionKey], cause: EndCause, now: int) -> tuple[LogoutNotice, ...]:
        """End the Sessions of these keys with their access tokens and session-bound refresh tokens.

        Offline Grants stay. Returns which clients have to be told; the messages are in the outbox by then.
        `now` in epoch seconds. Raises StoreUnavailable.
        """
        # The outbox is written first: a Session ends only once, and a failure after that would leave nobody
        # told.
        found = _contents_of(keys, self._sessions.peek)
        people = _people(found)
        announced = self._announce(found, people, now)
        # The Session goes last, for it decides: where its Grants could not be ended, a repeat finds them.
        known = _grant_ids(found)
        self._end_grants(known, now)
        ended = _contents_of(keys, self._sessions.end)
        self._end_grants([grant_id for grant_id in _grant_ids(ended) if grant_id not in known], now)
        announced_late = self._announce(ended, people, now, already_announced=announced)
        sessions = [contents.session for contents in ended.values() if contents.session]
        for session in sessions:
            facts = {"sid": session.sid, "subject": session.subject.id, "cause": cause}
            self._audit.note("session.ended", now, **facts)
        if cause != "upstream":  # CamDigiKey has ended it itself
            self._end_upstream(sessions, now)
        return announced + announced_late

    def end_grants(self, grants: Sequence[Grant], now: int) -> tuple[LogoutNotice, ...]:
        """End these Grants of people altogether, offline ones too; the Sessions go on.

        Their clients are told as at the end of the Session, since what was signed in by it is over for them.
        `now` in epoch seconds. Returns which clients are told. Raises StoreUnavailable.
        """
        notices = [notice for grant in grants for notice in self._notices_of(grant)]
        if notices:
            self._outbox.put(logout_messages(notices, now, session_goes_on=True))
        for grant in grants:
            self._grants.end(grant.id, now)
        return tuple(notices)

    def _notices_of(self, grant: Grant) -> Sequence[LogoutNotice]:
        """By the names that the Grant was opened with: its client may have another sector by now."""
        client, person = self._clients.get(grant.client_id), grant.person
        if client is None or not _hears(client):
            return ()
        return (LogoutNotice(grant.id, client.client_id, person.sub, person.login.sid),)

    def _end_grants(self, grant_ids: Sequence[GrantId], now: int) -> None:
        if grant_ids:
            self._grants.end_with_session(grant_ids, now)

    def _announce(
        self,
        found: Mapping[SessionKey, SessionContents],
        people: Mapping[SessionKey, _Person],
        now: int,
        already_announced: Sequence[LogoutNotice] = (),
    ) -> tuple[LogoutNotice, ...]:
        """Put the messages about these Sessions into the outbox, but for those that are there already."""
        notices = tuple(
            notice
            for key, contents in found.items()
            if key in people
            for notice in self._notices(contents.grants, people[key])
            if notice not in already_announced
        )
        if notices:
            self._outbox.put(logout_messages(notices, now))
        return notices

    def _notices(self, grants: Sequence[GrantOfSession], person: _Person) -> Sequence[LogoutNotice]:
        """A notice for each of these Grants whose client is registered for back-channel logout."""
        clients = ((grant, self._clients.get(grant.client_id)) for grant in grants)
        return [
            LogoutNotice(grant.grant_id, client.client_id, self._sub(client, person.subject), person.sid)
            for grant, client in clients
            if client is not None and _hears(client)
        ]

    def _sub(self, client: Client, subject: Subject) -> Sub:
        return self._subject_key.sub(client, subject.identity.camdigikey_id)

    def _end_upstream(self, sessions: Sequence[Session], now: int) -> None:
        for session in sessions:
            if not self._upstream.end(session.upstream, now, sid=session.sid):
                return  # CamDigiKey is away, and each further call would wait for its timeout


def _hears(client: Client) -> bool:
    return client.enabled and bool(client.backchannel_logout_uri)


def _grant_ids(found: Mapping[SessionKey, SessionContents]) -> Sequence[GrantId]:
    return [grant.grant_id for contents in found.values() for grant in contents.grants]


def _contents_of(
    keys: Sequence[SessionKey], look: Callable[[SessionKey], SessionContents | None]
) -> Mapping[SessionKey, SessionContents]:
    looked = ((key, look(key)) for key in keys)
    return {key: contents for key, contents in looked if contents is not None}


def _people(found: Mapping[SessionKey, SessionContents]) -> Mapping[SessionKey, _Person]:
    """The person of each Session. For one whose idle limit has passed, its successor in the browser tells.

    One that idled out and has no successor here is left out, and its clients are not told: single sign-on is
    over by then, and applications go on by their own sessions.
    """
    people = {}
    for session in (contents.session for contents in found.values() if contents.session is not None):
        people[session.key] = _Person(session.subject, session.sid)
        for earlier in session.predecessors:
            people.setdefault(earlier.key, _Person(session.subject, earlier.sid))
    return people
