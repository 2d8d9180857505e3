"""A Session, one browser's proven login; why it may end, and which clients are told of that."""

from dataclasses import dataclass
from typing import Literal

from bridge.domain.ids import ClientId, GrantId, InteractionId, SessionKey, Sid, Sub
from bridge.domain.subject import Subject, UpstreamToken

ACR = "urn:camdigikey:acr:ekyc"

EndCause = Literal[
    "person",  # signed out on our page
    "application",  # RP-initiated logout
    "administrator",
    "upstream",  # CamDigiKey says that the person's token is no longer valid, or it has expired
    "another_person",  # somebody else signed in with the same browser
    "superseded",  # one of too many earlier Sessions of the same person in the same browser
]


@dataclass(frozen=True, slots=True)
class Predecessor:
    """An earlier Session of the same person in the same browser.

    Its sid is known here still when nobody has used it for so long that it can't be read any more.
    """

    key: SessionKey
    sid: Sid


@dataclass(frozen=True, slots=True)
class Session:
    """One browser's proven login. `key` is the SHA-256 of the cookie's secret; the secret is kept nowhere."""

    key: SessionKey
    sid: Sid
    subject: Subject
    auth_time: int  # epoch seconds, our clock at the successful exchange
    interaction_id: InteractionId  # the Interaction whose Handoff made it
    acr: str = ACR
    amr: tuple[str, ...] = ()
    upstream: UpstreamToken | None = None
    predecessors: tuple[Predecessor, ...] = ()  # the last one first

    @property
    def as_predecessor(self) -> Predecessor:
        """As the next Session of this person in this browser remembers it."""
        return Predecessor(self.key, self.sid)

    @property
    def keys(self) -> tuple[SessionKey, ...]:
        """All Sessions of this person in this browser: its own key, then its predecessors'."""
        return (self.key, *(earlier.key for earlier in self.predecessors))


@dataclass(frozen=True, slots=True)
class GrantOfSession:
    """A Grant that was opened in a Session, as the Session remembers it."""

    grant_id: GrantId
    client_id: ClientId


@dataclass(frozen=True, slots=True)
class LogoutNotice:
    """A client that has to be told of a Session's end (OIDC Back-Channel Logout §2.3)."""

    grant_id: GrantId
    client_id: ClientId
    sub: Sub
    sid: Sid
