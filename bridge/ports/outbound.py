"""The sockets of work that outlives a request: fetching from clients, the outbox, leases, the jobs' log.

Stores raise `StoreUnavailable` when their server is away. Times are epoch seconds, durations seconds.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from bridge.domain.outbox import OutboxMessage, OutboxState
from bridge.errors import BridgeError

FetchReason = Literal[
    "address",  # it is not one that we call: scheme, port, user name, or a network that is not public
    "unresolved",  # its name has no address
    "unreachable",  # no connection
    "tls",  # no trusted certificate of that name
    "timeout",
    "broken",  # closed in the middle, or not HTTP
    "status",  # another status than 200, where content was wanted
    "content_type",
    "too_large",
]


class FetchError(BridgeError):
    """A client's address did not give what was asked. `detail` is a fixed sentence, never what was sent."""

    def __init__(self, reason: FetchReason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason: FetchReason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer. `body` holds the first bytes of it, as many as were wanted."""

    status: int
    body: bytes = b""


class Fetcher(Protocol):
    """Calls addresses that clients supplied, under guard (DESIGN §6.12). Redirects are not followed."""

    def post_form(self, address: str, form: Mapping[str, str], *, max_bytes: int = ...) -> Fetched:
        """Post a form. The answer of any status, its body cut after `max_bytes`. Raises FetchError."""

    def get(self, address: str, *, content_types: Collection[str], max_bytes: int) -> bytes:
        """The content of a 200 answer of one of these media types, whole. Raises FetchError."""


class Outbox(Protocol):
    """Messages that wait to be sent (SQL): each is sent at least once, or lies among the dead letters."""

    def put(self, messages: Sequence[OutboxMessage]) -> None:
        """Keep them, all in one statement; those whose id is known already are left as they are."""

    def claim(
        self, now: int, *, limit: int, per_client: int, lease: int, but_for: Collection[str] = ()
    ) -> Sequence[OutboxMessage]:
        """Take due ones, at most `per_client` of each client and none of the clients `but_for`.

        They count as begun, and come back after `lease` seconds unless something is said of them.
        """

    def done(self, message: OutboxMessage, now: int) -> None:
        """It was heard."""

    def retry(self, message: OutboxMessage, at: int, why: str) -> None:
        """This attempt failed; the next is due at that time. Nothing, if another has begun meanwhile."""

    def bury(self, message: OutboxMessage, now: int, why: str) -> None:
        """Give it up: a dead letter. Nothing, if another attempt has begun meanwhile."""

    def count(self) -> Mapping[OutboxState, int]:
        """How many are in each state."""


class Lease(Protocol):
    """The right to do something alone, by name, for a time (Redis). A holder that died loses it by itself."""

    def take(self, name: str, holder: str, ttl: float) -> bool:
        """Whether `holder` has it now, for `ttl` seconds: it was free, or the holder's own already."""

    def renew(self, name: str, holder: str, ttl: float) -> bool:
        """Whether it is still the holder's, now for `ttl` seconds more."""

    def release(self, name: str, holder: str) -> None:
        """Give it back, if it is still the holder's."""


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run of a background job that did something, or failed. `result` is a short text without secrets."""

    job: str
    at: int
    milliseconds: int
    result: str
    failed: bool = False


class JobLog(Protocol):
    """The last run of each job (SQL)."""

    def record(self, run: JobRun) -> None:
        """In the place of the job's earlier one."""

    def last(self) -> Mapping[str, JobRun]:
        """By the job's name."""


class EventLog(Protocol):
    """Where an event is written: a structlog logger is one."""

    def info(self, event: str, **facts: Any) -> Any: ...

    def warning(self, event: str, **facts: Any) -> Any: ...

    def exception(self, event: str, **facts: Any) -> Any:
        """With the place where the present exception arose."""
