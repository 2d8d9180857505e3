"""What an attempt to deliver a message came to, and when the next one is due."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bridge.domain.outbox import OutboxMessage

# Seconds after each failed attempt: short for a restart, long for an outage. Then it is a dead letter.
PAUSES = (10, 60, 600, 3600, 6 * 3600)


@dataclass(frozen=True, slots=True)
class Delivery:
    """`heard`; `refused`, for good; or `failed`, to be tried again. `why` is a word or two, and no secret."""

    outcome: Literal["heard", "refused", "failed"]
    why: str = ""


HEARD = Delivery("heard")
Deliver = Callable[[OutboxMessage], Delivery]


def next_attempt(message: OutboxMessage, now: int) -> int | None:
    """When the attempt after this failed one is due; None when it was the last."""
    if message.attempts > len(PAUSES):
        return None
    return now + PAUSES[max(message.attempts, 1) - 1]
