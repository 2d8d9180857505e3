"""Finding Sessions: those of a person, in all their browsers, and those in which a client has Grants."""

from collections.abc import Sequence

from bridge.domain.ids import ClientId, SessionKey, SubjectId
from bridge.ports.grants import GrantStore
from bridge.ports.sessions import SessionStore


class SessionIndex:
    """Finds live Sessions for those who end them: an administrator, the person, a withdrawn registration."""

    def __init__(self, sessions: SessionStore, grants: GrantStore) -> None:
        self._sessions = sessions
        self._grants = grants

    def by_subject(self, subject_id: SubjectId, now: int) -> Sequence[SessionKey]:
        """A person's live Sessions."""
        return self._sessions.by_subject(subject_id, now)

    def by_client(self, client_id: ClientId, now: int) -> Sequence[SessionKey]:
        """The Sessions in which this client has Grants, each once."""
        return self._grants.sessions_of(client_id, now)
