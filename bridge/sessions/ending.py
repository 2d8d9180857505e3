"""The end of Sessions: one function for every cause, and it tells who has to hear of it."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from bridge.domain.client import Client
from bridge.domain.ids import SessionKey, Sid, Sub
from bridge.domain.outbox import logout_messages
from bridge.domain.session import EndCause, GrantOfSession, LogoutNotice, Session
from bridge.domain.subject import Subject, SubjectKey
from bridge.ports.clients import ClientStore
from bridge.ports.grants import GrantStore
from bridge.ports.outbound import Outbox
from bridge.ports.sessions import SessionContents, SessionStore
from bridge.sessions.upstream import UpstreamLogout


class _Person(NamedTuple):
    """Whose Session it is, and by what name clients know it."""

    subject: Subject
    sid: Sid


class SessionEnding:
    """Ends Sessions: here first, then at CamDigiKey, whose failure is none of ours (DESIGN §6.11)."""

    def __init__(
        self,
        sessions: SessionStore,
        grants: GrantStore,
        clients: ClientStore,
        outbox: Outbox,
        upstream: UpstreamLogout,
        subject_key: SubjectKey,
    ) -> None:
        self._sessions = sessions
        self._grants = grants
        self._clients = clients
        self._outbox = outbox
        self._upstream = upstream
        self._subject_key = subject_key

    def end(self, keys: Sequence[SessionKey], cause: EndCause, now: int) -> tuple[LogoutNotice, ...]:
        """End the Sessions of these keys with their access tokens and session-bound refresh tokens.

        Offline Grants stay. Returns who has to hear of it; they are in the outbox by then. `now` in epoch
        seconds. Raises StoreUnavailable.
        """
        # The outbox goes first: an end happens once, and if it failed after that nobody would ever hear.
        found = _there(keys, self._sessions.peek)
        people = _people(found)
        announced = self._announce(found, people, now)
        ended = _there(keys, self._sessions.end)
        if grant_ids := [grant.grant_id for contents in ended.values() for grant in contents.grants]:
            self._grants.end_with_session(grant_ids, now)
        late = self._announce(ended, people, now, but_for=announced)
        if cause != "upstream":  # CamDigiKey has ended it itself
            self._end_upstream([contents.session for contents in ended.values() if contents.session], now)
        return announced + late

    def _announce(
        self,
        found: Mapping[SessionKey, SessionContents],
        people: Mapping[SessionKey, _Person],
        now: int,
        but_for: Sequence[LogoutNotice] = (),
    ) -> tuple[LogoutNotice, ...]:
        """Put into the outbox what is to be said of these Sessions, and was not put there before."""
        notices = tuple(
            notice
            for key, contents in found.items()
            if key in people
            for notice in self._notices(contents.grants, people[key])
            if notice not in but_for
        )
        if notices:
            self._outbox.put(logout_messages(notices, now))
        return notices

    def _notices(self, grants: Sequence[GrantOfSession], person: _Person) -> Sequence[LogoutNotice]:
        """The clients of a Session that are registered to hear of its end."""
        clients = ((grant, self._clients.get(grant.client_id)) for grant in grants)
        return [
            LogoutNotice(grant.grant_id, client.client_id, self._sub(client, person.subject), person.sid)
            for grant, client in clients
            if client is not None and client.enabled and client.backchannel_logout_uri
        ]

    def _sub(self, client: Client, subject: Subject) -> Sub:
        return self._subject_key.sub(client, subject.identity.camdigikey_id)

    def _end_upstream(self, sessions: Sequence[Session], now: int) -> None:
        for session in sessions:
            if not self._upstream.end(session.upstream, now, sid=session.sid):
                return  # it is away, and the other calls would wait as long


def _there(
    keys: Sequence[SessionKey], look: Callable[[SessionKey], SessionContents | None]
) -> Mapping[SessionKey, SessionContents]:
    looked = ((key, look(key)) for key in keys)
    return {key: contents for key, contents in looked if contents is not None}


def _people(found: Mapping[SessionKey, SessionContents]) -> Mapping[SessionKey, _Person]:
    """Whose Sessions these are; one that idled out is known by the one that came after it in its browser.

    Of one that idled out by itself nobody is told: single sign-on is over, and applications go on.
    """
    people = {}
    for session in (contents.session for contents in found.values() if contents.session is not None):
        people[session.key] = _Person(session.subject, session.sid)
        for earlier in session.predecessors:
            people.setdefault(earlier.key, _Person(session.subject, earlier.sid))
    return people
