"""Messages that are sent after the request is over: back-channel logouts to clients, alerts to operators."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NewType

from bridge.domain.ids import ClientId
from bridge.domain.session import LogoutNotice

OutboxId = NewType("OutboxId", str)
OutboxKind = Literal["backchannel_logout", "alert"]
OutboxState = Literal["waiting", "done", "dead"]
BACKCHANNEL_LOGOUT: OutboxKind = "backchannel_logout"
ALERT: OutboxKind = "alert"


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """One message to one client. `facts` are ids, from which each attempt composes what it sends."""

    id: OutboxId
    kind: OutboxKind
    client_id: ClientId
    facts: Mapping[str, str]
    created_at: int  # epoch seconds
    attempts: int = 0  # how many were begun, the present one included
    next_attempt_at: int = 0  # epoch seconds; during an attempt: when it is given up as lost


def logout_messages(
    notices: Iterable[LogoutNotice], now: int, *, session_goes_on: bool = False
) -> tuple[OutboxMessage, ...]:
    """One message for each client and Session, however many Grants the client had in it.

    The id is derived from the content, so a Session whose end is noticed twice is announced once.
    `session_goes_on`: only Grants ended; the end of the Session itself is another message, later.
    """
    found: dict[OutboxId, OutboxMessage] = {}
    for notice in notices:
        message = _logout_message(notice, now, f"Grants at {now}" if session_goes_on else "")
        found.setdefault(message.id, message)
    return tuple(found.values())


def _logout_message(notice: LogoutNotice, now: int, only: str) -> OutboxMessage:
    # A notice without a sid is about all Sessions of that time, so a later one is another message.
    about = (only,) if only else ()
    identifying = (BACKCHANNEL_LOGOUT, notice.client_id, notice.sub, notice.sid or f"all at {now}", *about)
    identifier = hashlib.sha256("\0".join(identifying).encode()).hexdigest()
    facts = {"grant_id": notice.grant_id, "sub": notice.sub, "sid": notice.sid}
    return OutboxMessage(OutboxId(identifier), BACKCHANNEL_LOGOUT, notice.client_id, facts, now, 0, now)
