"""What operators are told: that something ends soon, or that many sign-ins fail."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bridge.domain.expiry import Expiry
from bridge.domain.ids import ClientId
from bridge.domain.outbox import ALERT, OutboxId, OutboxMessage

RECEIVER = ClientId("bridge-alerts")  # what stands for it in the outbox, which keeps those who receive apart
FAILURES = "failures"


@dataclass(frozen=True, slots=True)
class Alert:
    """Something to be told. `name` is its own: what has this name is told once while it lasts."""

    name: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlertState:
    """Whether it was told that it is so, or that it is over; since when, in epoch seconds."""

    raised: bool
    changed_at: int


def expiry_alerts(expiries: Sequence[Expiry]) -> Sequence[Alert]:
    """An alert for each of these, which end soon."""
    return [
        Alert(
            f"{ending.kind}:{ending.name}",
            {"what": ending.kind, "name": ending.name, "ends_at": str(ending.ends_at)},
        )
        for ending in expiries
    ]


def failure_alert(failures: int, threshold: int, *, raised: bool) -> Alert | None:
    """The alert that so many sign-ins fail. It is over when there are less than half as many.

    So a number that goes up and down about the threshold is not told again and again.
    """
    limit = max(1, threshold // 2) if raised else threshold
    return Alert(FAILURES, {"failures": str(failures)}) if failures >= limit else None


def alert_message(alert: Alert, before: AlertState | None, raised: bool, now: int) -> OutboxMessage:
    """The message of a change. Noticed twice, also by two processes, it is one message."""
    since = before.changed_at if before else 0
    identifying = (ALERT, alert.name, str(raised), str(since))
    identifier = hashlib.sha256("\0".join(identifying).encode()).hexdigest()
    facts = {"alert": alert.name, "state": "raised" if raised else "over", "at": str(now), **alert.facts}
    return OutboxMessage(OutboxId(identifier), ALERT, RECEIVER, facts, now, 0, now)
