"""What has to be told to others after the request is over: messages, and who has to hear of a logout."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NewType

from bridge.domain.ids import ClientId
from bridge.domain.session import LogoutNotice

OutboxId = NewType("OutboxId", str)
OutboxKind = Literal["backchannel_logout"]
OutboxState = Literal["waiting", "done", "dead"]
BACKCHANNEL_LOGOUT: OutboxKind = "backchannel_logout"


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """One message to one client. `facts` are ids; what is sent is composed from them at each attempt."""

    id: OutboxId
    kind: OutboxKind
    client_id: ClientId
    facts: Mapping[str, str]
    created_at: int  # epoch seconds
    attempts: int = 0  # those begun, the present one too
    next_attempt_at: int = 0  # epoch seconds; while an attempt is under way: when it counts as lost


def logout_messages(notices: Iterable[LogoutNotice], now: int) -> tuple[OutboxMessage, ...]:
    """The messages of notices: one for each client and Session, however many Grants it had there.

    The id comes from what is said, so that the same Session ended twice is told once.
    """
    found: dict[OutboxId, OutboxMessage] = {}
    for notice in notices:
        message = _logout_message(notice, now)
        found.setdefault(message.id, message)
    return tuple(found.values())


def _logout_message(notice: LogoutNotice, now: int) -> OutboxMessage:
    # A notice without sid speaks of all the Sessions that were there at that time, so it may come again.
    said = (BACKCHANNEL_LOGOUT, notice.client_id, notice.sub, notice.sid or f"all at {now}")
    identifier = hashlib.sha256("\0".join(said).encode()).hexdigest()
    facts = {"grant_id": notice.grant_id, "sub": notice.sub, "sid": notice.sid}
    return OutboxMessage(OutboxId(identifier), BACKCHANNEL_LOGOUT, notice.client_id, facts, now, 0, now)
