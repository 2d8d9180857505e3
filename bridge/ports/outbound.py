"""Ports of work that outlives a request: calls to clients, the outbox, leases, the log of background jobs.

Stores raise `StoreUnavailable` when their server can't be reached. Times are epoch seconds, durations
seconds.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from bridge.domain.alert import AlertState
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
    """A call to a client's address failed. `detail` is a fixed sentence, never what the client sent."""

    def __init__(self, reason: FetchReason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason: FetchReason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer; `body` is cut after as many bytes as the caller wanted."""

    status: int
    body: bytes = b""


class Fetcher(Protocol):
    """Calls addresses that clients supplied, and refuses internal ones (DESIGN §6.12).

    Follows no redirects.
    """

    def post_form(self, address: str, form: Mapping[str, str], *, max_bytes: int = ...) -> Fetched:
        """Post a form; the answer, whatever its status, its body cut after `max_bytes`. Raises FetchError."""

    def post(self, address: str, body: bytes, headers: Mapping[str, str], *, max_bytes: int = ...) -> Fetched:
        """Post a body as it is; the answer as of `post_form`. Raises FetchError."""

    def get(self, address: str, *, content_types: Collection[str], max_bytes: int) -> bytes:
        """The whole body of a 200 answer of one of these media types.

        Raises FetchError, also if it is longer.
        """


class Outbox(Protocol):
    """Messages that wait to be sent (SQL). Each is delivered at least once, or ends as a dead letter."""

    def put(self, messages: Sequence[OutboxMessage]) -> None:
        """Store messages, in one statement; those whose id is stored already are left as they are."""

    def claim(
        self, now: int, *, limit: int, per_client: int, lease: int, except_clients: Collection[str] = ()
    ) -> Sequence[OutboxMessage]:
        """Take due messages for an attempt: at most `limit`, and `per_client` of each client.

        None of the clients in `except_clients`. They are due again after `lease` seconds unless `done`,
        `retry` or `give_up` is called for them.
        """

    def done(self, message: OutboxMessage, now: int) -> None:
        """The message was delivered."""

    def retry(self, message: OutboxMessage, at: int, why: str) -> None:
        """This attempt failed; the next is due at `at`.

        No effect where another attempt has begun meanwhile.
        """

    def give_up(self, message: OutboxMessage, now: int, why: str) -> None:
        """Make it a dead letter. No effect where another attempt has begun meanwhile."""

    def count(self) -> Mapping[OutboxState, int]:
        """How many messages are in each state."""


class AlertStates(Protocol):
    """What operators were told (SQL)."""

    def all(self) -> Mapping[str, AlertState]:
        """The state of each alert that there ever was, by its name."""

    def set(self, name: str, state: AlertState) -> None:
        """Keep it in place of the state before."""


class Lease(Protocol):
    """Leases (Redis): the right to do something alone, by name, for a time. It expires if its holder dies."""

    def take(self, name: str, holder: str, ttl: float) -> bool:
        """Take it for `ttl` seconds; True where it was free, or the holder's own already."""

    def renew(self, name: str, holder: str, ttl: float) -> bool:
        """Extend it by `ttl` seconds from now; False where it is no longer the holder's."""

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
        """Store it in place of the job's earlier run."""

    def last(self) -> Mapping[str, JobRun]:
        """The last run of each job, by its name."""


class EventLog(Protocol):
    """Where an event is written: a structlog logger is one."""

    def info(self, event: str, **facts: Any) -> Any: ...

    def warning(self, event: str, **facts: Any) -> Any: ...

    def exception(self, event: str, **facts: Any) -> Any:
        """Write the event with the traceback of the present exception."""
