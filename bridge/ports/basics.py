"""Ports that many packages need: the clock, sealing, limits, the audit trail, counters, health checks."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

Clock = Callable[[], float]


class Sealer(Protocol):
    """Authenticated encryption with the master keys (AES-256-GCM): one of them seals, all unseal."""

    def seal(self, purpose: str, data: bytes) -> str:
        """The data as URL-safe text that only `unseal` with the same purpose opens."""

    def unseal(self, purpose: str, text: str) -> bytes:
        """What was sealed. Raises SealBroken: UnknownMasterKey where its key is not known here."""

    def mac(self, purpose: str, text: str) -> str:
        """A keyed hash of `text`, to be kept. No change of a master key changes it."""

    def macs(self, purpose: str, text: str) -> tuple[str, ...]:
        """Every keyed hash of `text` that counts today: what was kept is one of them, or not of this text."""


class AuditLog(Protocol):
    """The lasting record of what happened (SQL). Values are ids and codes, never a name or a token."""

    def record(self, event: str, now: int, **facts: str) -> None:
        """Keep an event before anything goes on. Raises StoreUnavailable."""

    def note(self, event: str, now: int, **facts: str) -> None:
        """Keep an event of every day within a second; nobody waits for it, and nothing is raised."""

    def called(self, operation: str, now: int, milliseconds: int, *, failed: bool) -> None:
        """Count a call to CamDigiKey and how long it took, within a second; nothing is raised."""


class Counters(Protocol):
    """How often something happened in this process, for operators."""

    def add(self, name: str, **labels: str) -> None:
        """Count one."""


class Rate(NamedTuple):
    """A limit: at most `limit` hits of `key` in any `window` seconds."""

    key: str
    limit: int
    window: int


class RateLimiter(Protocol):
    """Counts hits in sliding windows (Redis)."""

    def hit(self, *rates: Rate, now: float) -> int:
        """Count a hit for each rate; 0 when it is within all of them, else the seconds to wait."""


class HealthCheck(Protocol):
    """One of the checks of `/readyz`."""

    def __call__(self) -> None:
        """Raises StoreUnavailable."""
