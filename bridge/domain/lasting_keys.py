"""Keys of hashes, which rest sealed in SQL and outlive master keys: which there are, and when each counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

HANDOVER = 60  # seconds that a new key rests before it hashes: by then every process has read it


class Numbered(Protocol):
    """A key of several that follow one another, oldest first."""

    @property
    def number(self) -> int: ...

    @property
    def made_at(self) -> int: ...


@dataclass(frozen=True, slots=True)
class HashingKey:
    """A row: a key that can be renewed.

    `name`: as it rests in SQL and as commands call it. `purpose`: of the hashes that it makes. `counts_for`:
    seconds that its predecessor still counts once it hashes; None: for ever, since what it hashed rests in
    registrations.
    """

    name: str
    purpose: str
    counts_for: int | None

    def current(self, keys: Sequence[Numbered], now: float) -> int:
        """The number of the key that hashes now: the newest that is spread, else the oldest there is."""
        spread = [key.number for key in keys if self.begins(key) <= now]
        return max(spread, default=min(key.number for key in keys))

    def counting(self, keys: Sequence[Numbered], now: float) -> tuple[int, ...]:
        """The numbers of the keys whose hashes count now, newest first."""
        counted = []
        for key in keys:
            followers = [self.begins(other) for other in keys if other.number > key.number]
            ended = self.counts_for is not None and followers and min(followers) + self.counts_for <= now
            if not ended:
                counted.append(key.number)
        return tuple(sorted(counted, reverse=True))

    def begins(self, key: Numbered) -> int:
        """When a key begins to hash, in epoch seconds."""
        return key.made_at if key.number == 1 else key.made_at + HANDOVER


HASHING_KEYS = (
    HashingKey("client-secrets", "client secret", None),
    HashingKey("forms", "csrf", 3600),  # a form is pressed within the hour, or shown again
)
