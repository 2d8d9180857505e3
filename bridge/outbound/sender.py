"""Sends the messages of the outbox: many at a time, few to one client, so that a slow one delays no other.

A background job calls it every second, in several processes: the outbox gives each message to one of them.
"""

import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bridge.domain.outbox import OutboxKind, OutboxMessage
from bridge.errors import BridgeError, StoreUnavailable
from bridge.outbound.delivery import Deliver, Delivery, next_attempt
from bridge.ports.basics import Clock, Counters
from bridge.ports.outbound import EventLog, Outbox

MAX_IN_FLIGHT = 16
MAX_PER_CLIENT = 2
LEASE = 60  # seconds in which an attempt is over, or its worker dead; a call takes 30 at most


@dataclass(frozen=True, slots=True)
class SenderLimits:
    """How many at a time, for how many seconds a call to `run` goes on, and after how many a claimed
    message whose worker died is due again."""

    in_flight: int = MAX_IN_FLIGHT
    per_client: int = MAX_PER_CLIENT
    budget: float = 0.8
    lease: int = LEASE


class Sender:
    """Sends what is due. `run` is a background job (ops/jobs); a thread for each message under way."""

    def __init__(
        self,
        outbox: Outbox,
        deliver: Mapping[OutboxKind, Deliver],
        clock: Clock,
        log: EventLog,
        counters: Counters,
        limits: SenderLimits = SenderLimits(),
    ) -> None:
        self._outbox = outbox
        self._deliver = deliver
        self._clock = clock
        self._log = log
        self._counters = counters
        self._limits = limits
        self._under_way: Counter[str] = Counter()  # by client
        self._ended = 0
        self._changed = threading.Condition()

    def run(self) -> int | None:
        """Start attempts for all messages that are due; how many were started, None for none.

        It goes on for `budget` seconds at most, as long as attempts end and make place for further ones.
        Slow attempts are not waited for: they go on in their threads. Raises StoreUnavailable.
        """
        started = 0
        end = time.monotonic() + self._limits.budget
        while True:
            ended = self._ended
            claimed = self._claim()
            for message in claimed:
                self._begin(message)
            started += len(claimed)
            left = end - time.monotonic()
            if left <= 0 or not (claimed or self._wait_for_an_end(ended, left)):
                return started or None

    def in_flight(self) -> int:
        """How many attempts are under way."""
        with self._changed:
            return self._under_way.total()

    def wait_until_idle(self, within: float) -> bool:
        """Wait until no attempt is under way; False where that takes more than `within` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._under_way.total(), within)

    def _claim(self) -> list[OutboxMessage]:
        with self._changed:
            busy = set(self._under_way)
            free = self._limits.in_flight - self._under_way.total()
        if free <= 0:
            return []
        claimed = self._outbox.claim(
            int(self._clock()),
            limit=free,
            per_client=self._limits.per_client,
            lease=self._limits.lease,
            except_clients=busy,
        )
        return list(claimed)

    def _begin(self, message: OutboxMessage) -> None:
        with self._changed:
            self._under_way[message.client_id] += 1
        # A daemon thread: an attempt that is cut off by the process's end is made again after its lease.
        thread = threading.Thread(target=self._attempt, args=(message,), name="outbox", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the system gives no more; the message is due again when its lease is over
            self._note_end(message)
            raise

    def _wait_for_an_end(self, ended: int, seconds: float) -> bool:
        """Wait, `seconds` at most, until more than `ended` attempts have ended; whether they have."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended > ended or not self._under_way, seconds)
            return self._ended > ended

    def _attempt(self, message: OutboxMessage) -> None:
        try:
            self._record_outcome(message, self._outcome(message))
        except StoreUnavailable as error:
            self._log.warning("outbox.waits", why="store", client_id=message.client_id, **error.facts)
        except Exception:  # a bug; the message is due again when its lease is over
            self._log.exception("outbox.failed", client_id=message.client_id)
        finally:
            self._note_end(message)

    def _note_end(self, message: OutboxMessage) -> None:
        with self._changed:
            self._ended += 1
            self._under_way[message.client_id] -= 1
            self._under_way += Counter()  # drops those at zero
            self._changed.notify_all()

    def _outcome(self, message: OutboxMessage) -> Delivery:
        deliver = self._deliver.get(message.kind)
        if deliver is None:  # a later release wrote it, and this one was put back in its place
            return Delivery("failed", "unknown kind")
        try:
            return deliver(message)
        except BridgeError as error:
            return Delivery("failed", type(error).__name__)
        except Exception as error:
            self._log.exception("outbox.failed", client_id=message.client_id)
            return Delivery("failed", type(error).__name__)

    def _record_outcome(self, message: OutboxMessage, delivery: Delivery) -> None:
        now = int(self._clock())
        facts = {"kind": message.kind, "client_id": message.client_id, "attempts": message.attempts}
        later = next_attempt(message, now) if delivery.outcome == "failed" else None
        if delivery.outcome == "delivered":
            self._outbox.done(message, now)
            self._count(message, "delivered")
            self._log.info("outbox.delivered", **facts)
        elif later is not None:
            self._outbox.retry(message, later, delivery.why)
            self._count(message, "again")
            self._log.info("outbox.again", why=delivery.why, seconds=later - now, **facts)
        else:
            self._outbox.give_up(message, now, delivery.why)
            self._count(message, "dead")
            self._log.warning("outbox.dead", why=delivery.why, **facts)

    def _count(self, message: OutboxMessage, outcome: str) -> None:
        self._counters.add("outbox_attempts", kind=message.kind, outcome=outcome)
