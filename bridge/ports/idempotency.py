"""Requests that change something and may come twice: what was answered is answered again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer without its secret, which is kept nowhere."""

    status: int
    headers: Mapping[str, str]
    body: str = field(repr=False)


Begun = Literal[
    "begun",  # nobody used this key: go on, and finish or forget it
    "in flight",  # the same request has not been answered yet, or its answer was lost
    "other request",  # the key was used for something else
]


class IdempotencyStore(Protocol):
    """Answers by the digest of who asked and of their key (SQL: they must not be lost before they expire)."""

    def begin(self, key: str, request: str, now: int, expires_at: int) -> KeptAnswer | Begun:
        """Take the key for this request, by the digest of its content, or say what became of it.

        Of many at once one begins. One that is over counts as never used.
        """

    def finish(self, key: str, answer: KeptAnswer) -> None:
        """Keep the answer."""

    def forget(self, key: str) -> None:
        """Nothing was done: the key is free again."""
