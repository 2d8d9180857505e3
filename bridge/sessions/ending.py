"""The end of Sessions: one function for every cause, and it tells who has to hear of it."""

from collections.abc import Sequence

from bridge.domain.client import Client
from bridge.domain.ids import SessionKey, Sub
from bridge.domain.outbox import logout_messages
from bridge.domain.session import EndCause, LogoutNotice, Session
from bridge.domain.subject import SubjectKey
from bridge.ports.clients import ClientStore
from bridge.ports.grants import GrantStore
from bridge.ports.outbound import Outbox
from bridge.ports.sessions import SessionContents, SessionStore
from bridge.sessions.upstream import UpstreamLogout


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
        announced = self._announce([self._sessions.peek(key) for key in keys], now)
        ended = [contents for contents in map(self._sessions.end, keys) if contents is not None]
        if grant_ids := [grant.grant_id for contents in ended for grant in contents.grants]:
            self._grants.end_with_session(grant_ids, now)
        late = self._announce(ended, now, but_for=announced)
        if cause != "upstream":  # CamDigiKey has ended it itself
            self._end_upstream([contents.session for contents in ended if contents.session], now)
        return announced + late

    def _announce(
        self, found: Sequence[SessionContents | None], now: int, but_for: Sequence[LogoutNotice] = ()
    ) -> tuple[LogoutNotice, ...]:
        """Put into the outbox what is to be said of these Sessions, and was not put there before."""
        notices = tuple(
            notice
            for contents in found
            if contents is not None and contents.session is not None
            for notice in self._notices(contents, contents.session)
            if notice not in but_for
        )
        if notices:
            self._outbox.put(logout_messages(notices, now))
        return notices

    def _notices(self, contents: SessionContents, session: Session) -> Sequence[LogoutNotice]:
        """The clients of a Session that are registered to hear of its end."""
        clients = ((grant, self._clients.get(grant.client_id)) for grant in contents.grants)
        return [
            LogoutNotice(grant.grant_id, client.client_id, self._sub(client, session), session.sid)
            for grant, client in clients
            if client is not None and client.enabled and client.backchannel_logout_uri
        ]

    def _sub(self, client: Client, session: Session) -> Sub:
        return self._subject_key.sub(client, session.subject.identity.camdigikey_id)

    def _end_upstream(self, sessions: Sequence[Session], now: int) -> None:
        for session in sessions:
            if not self._upstream.end(session.upstream, now, sid=session.sid):
                return  # it is away, and the other calls would wait as long
