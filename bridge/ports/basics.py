"""What many rooms need: the clock, sealing, limits, the audit trail, counters and health checks."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

Clock = Callable[[], float]


class Sealer(Protocol):
    """Authenticated encryption with the master keys (AES-256-GCM): the first seals, all open."""

    def seal(self, purpose: str, data: bytes) -> str:
        """Text in the URL-safe alphabet that only `unseal` with the same purpose opens."""

    def unseal(self, purpose: str, text: str) -> bytes:
        """What was sealed. Raises SealBroken."""

    def mac(self, purpose: str, text: str) -> str:
        """A keyed hash of `text`, hexadecimal, by the oldest master key: a new one in front changes none."""


class AuditLog(Protocol):
    """What happened, lasting (SQL). Values are ids and codes, never a name, token or number."""

    def record(self, event: str, now: int, **facts: str) -> None: ...


class Counters(Protocol):
    """How often something happened in this process, for operators."""

    def add(self, name: str, **labels: str) -> None:
        """Count one."""


class Rate(NamedTuple):
    """At most `limit` in any `window` seconds, of what `key` names."""

    key: str
    limit: int
    window: int


class RateLimiter(Protocol):
    """Counts in windows (Redis)."""

    def hit(self, *rates: Rate, now: float) -> int:
        """Count one for each; 0 when within them all, else the seconds to wait."""


class HealthCheck(Protocol):
    """One of the things that `/readyz` asks."""

    def __call__(self) -> None:
        """Raises StoreUnavailable."""
