"""What ends, or should be renewed, on a day that is known beforehand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

ExpiryKind = Literal["keystore", "trust_store", "signing_key"]
DAY = 24 * 3600  # seconds
RENEW_KEYS_AFTER = (
    365 * DAY
)  # seconds; a signing key has no end of its own, but should get a successor by then


@dataclass(frozen=True, slots=True)
class Expiry:
    """What ends when, in epoch seconds. `name`: the CamDigiKey account, or the id of the signing key."""

    kind: ExpiryKind
    name: str
    ends_at: int


def soon(expiries: Iterable[Expiry], now: int, days: int) -> Sequence[Expiry]:
    """Those that end within so many days, or have ended; the first to end first."""
    return sorted(
        (expiry for expiry in expiries if expiry.ends_at <= now + days * DAY),
        key=lambda expiry: (expiry.ends_at, expiry.kind, expiry.name),
    )
