"""Faults on request: of a kind, for an operation, a number of times (`POST /control/faults`)."""

import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

DAY = 86400
# Faults that change fields of an answer: it then does not fit what was asked, or can't be read.
ALTERED: dict[str, Callable[[float], dict[str, Any]]] = {
    "malformed": lambda now: {"first_name_en": ["SOPHEA"]},
    "other_token": lambda now: {"accessToken": "another.persons.token", "camdigikey_id": "CDK000000043"},
    "other_issuer": lambda now: {"iss": "Somebody"},
    "other_domain": lambda now: {"domain": "other.example.gov.kh"},
    "over": lambda now: {"exp": int(now) - DAY},
    "tomorrow": lambda now: {"nbf": int(now) + DAY},
    "no_jti": lambda now: {"jti": ""},
}
KINDS = (
    "500",
    "hang",
    "reset",
    "garbage",
    "bad_mac",
    "error",
    "slow",
    "expired_token",
    "wrong_signer",
    "rotated_signer",
    "status_false",
    *ALTERED,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `code` goes with error, `seconds` with slow and hang."""

    kind: str
    code: int = 999
    seconds: float = 3.0


class Faults:
    """The faults that wait, by operation; and how often each operation was called."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, deque[Fault]] = {}
        self.calls: Counter[str] = Counter()

    def add(self, operation: str, fault: Fault, count: int) -> None:
        """Let the next `count` calls of an operation (`*`: of any) fail."""
        with self._lock:
            self._waiting.setdefault(operation, deque()).extend([fault] * count)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> dict[str, int]:
        """How many faults wait, by operation."""
        with self._lock:
            return {operation: len(faults) for operation, faults in self._waiting.items() if faults}

    def next(self, operation: str) -> Fault | None:
        """Count a call, and take the fault that waits for it."""
        with self._lock:
            self.calls[operation] += 1
            for name in (operation, "*"):
                if self._waiting.get(name):
                    return self._waiting[name].popleft()
        return None
