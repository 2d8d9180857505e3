"""The outcome of an attempt to deliver a message, and when the next attempt is due."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bridge.domain.outbox import OutboxMessage

# Seconds to wait after each failed attempt: short for a restart, then long for an outage. After the last
# one the message is a dead letter.
RETRY_PAUSES = (10, 60, 600, 3600, 6 * 3600)


@dataclass(frozen=True, slots=True)
class Delivery:
    """The outcome of an attempt: refused means for good, failed means try again. `why`: no secrets in it."""

    outcome: Literal["delivered", "refused", "failed"]
    why: str = ""


DELIVERED = Delivery("delivered")
Deliver = Callable[[OutboxMessage], Delivery]


def next_attempt(message: OutboxMessage, now: int) -> int | None:
    """When the attempt after this failed one is due, in epoch seconds; None when it was the last."""
    if message.attempts > len(RETRY_PAUSES):
        return None
    return now + RETRY_PAUSES[max(message.attempts, 1) - 1]
