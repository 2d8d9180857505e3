"""The outbox: messages that wait to be sent, those that were delivered, and dead letters.

During an attempt the message is due again after the lease, so that a worker that dies loses nothing.
`attempts` tells attempts apart: the failure of an attempt that was overtaken by a later one changes nothing.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, Update, func, select, update

from bridge.domain.outbox import OutboxMessage, OutboxState
from bridge.stores.sql.engine import dialect_insert, reading, writing
from bridge.stores.sql.tables import outbox

MAX_LOOKED_AT = 500  # a claim chooses among so many due messages, the oldest ones
MAX_WHY = 64  # characters
STATES: tuple[OutboxState, ...] = ("waiting", "done", "dead")


class SqlOutbox:
    """ports.Outbox."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, messages: Sequence[OutboxMessage]) -> None:
        """Keep them, all in one statement; those whose id is known already are left as they are."""
        if not messages:
            return
        rows = [_row(message) for message in messages]

        def step(connection: Connection) -> None:
            new = dialect_insert(connection, outbox).values(rows)
            connection.execute(new.on_conflict_do_nothing())

        writing(self._engine, step)

    def claim(
        self, now: int, *, limit: int, per_client: int, lease: int, except_clients: Collection[str] = ()
    ) -> Sequence[OutboxMessage]:
        """Take due messages for an attempt (see ports.Outbox). Where there are none, nothing is written."""
        chosen = _chosen(now, limit, per_client, except_clients)
        with reading(self._engine) as connection:
            if connection.execute(chosen.limit(1)).first() is None:
                return ()
        # Checks again that it is due when the row is changed: of two processes that chose it, one gets it.
        taken = (
            update(outbox)
            .where(outbox.c.id.in_(chosen), outbox.c.state == "waiting", outbox.c.next_attempt_at <= now)
            .values(attempts=outbox.c.attempts + 1, next_attempt_at=now + lease)
            .returning(outbox)
        )
        return writing(
            self._engine, lambda connection: [_message(row) for row in connection.execute(taken).all()]
        )

    def done(self, message: OutboxMessage, now: int) -> None:
        """The message was delivered; this counts also where its attempt was overtaken by another."""
        delivered = update(outbox).where(outbox.c.id == message.id)
        self._write(delivered.values(state="done", settled_at=now, why=None))

    def retry(self, message: OutboxMessage, at: int, why: str) -> None:
        """This attempt failed; the next is due at `at`."""
        self._write(_of_this_attempt(message).values(next_attempt_at=at, why=why[:MAX_WHY]))

    def give_up(self, message: OutboxMessage, now: int, why: str) -> None:
        """Make it a dead letter."""
        dead = {"state": "dead", "settled_at": now, "why": why[:MAX_WHY]}
        self._write(_of_this_attempt(message).values(**dead))

    def count(self) -> Mapping[OutboxState, int]:
        """How many messages are in each state."""
        counted = select(outbox.c.state, func.count()).group_by(outbox.c.state)
        with reading(self._engine) as connection:
            found: dict[str, int] = {state: number for state, number in connection.execute(counted).all()}
        return {state: found.get(state, 0) for state in STATES}

    def _write(self, statement: Update) -> None:
        writing(self._engine, lambda connection: connection.execute(statement).close())


def _chosen(now: int, limit: int, per_client: int, except_clients: Collection[str]) -> Select[tuple[str]]:
    """The ids of due messages: the oldest one of each client first, then the second of each, and so on.

    So a client with a thousand of them delays no other.
    """
    due = (
        select(outbox.c.id, outbox.c.client_id, outbox.c.next_attempt_at)
        .where(outbox.c.state == "waiting", outbox.c.next_attempt_at <= now)
        .where(outbox.c.client_id.not_in(sorted(except_clients)))
        .order_by(outbox.c.next_attempt_at, outbox.c.id)
        .limit(MAX_LOOKED_AT)
        .subquery("due")
    )
    oldest_first = (due.c.next_attempt_at, due.c.id)
    place = func.row_number().over(partition_by=due.c.client_id, order_by=oldest_first).label("place")
    placed = select(due, place).subquery("placed")
    return (
        select(placed.c.id)
        .where(placed.c.place <= per_client)
        .order_by(placed.c.place, placed.c.next_attempt_at, placed.c.id)
        .limit(limit)
    )


def _of_this_attempt(message: OutboxMessage) -> Update:
    return update(outbox).where(
        outbox.c.id == message.id,
        outbox.c.attempts == message.attempts,
        outbox.c.state == "waiting",
    )


def _row(message: OutboxMessage) -> dict[str, str | int]:
    return {
        "id": message.id,
        "kind": message.kind,
        "client_id": message.client_id,
        "facts": json.dumps(dict(message.facts), sort_keys=True),
        "created_at": message.created_at,
        "state": "waiting",
        "attempts": message.attempts,
        "next_attempt_at": message.next_attempt_at,
    }


def _message(row: Row[Any]) -> OutboxMessage:
    facts = json.loads(row.facts)
    return OutboxMessage(
        row.id, row.kind, row.client_id, facts, row.created_at, row.attempts, row.next_attempt_at
    )
