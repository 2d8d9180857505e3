"""Proposals that await approval, and what became of them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, case, delete, insert, select, update

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.approval import Proposal
from bridge.domain.ids import ClientId
from bridge.ports.approvals import DecidedMeanwhile
from bridge.ports.basics import Counters
from bridge.stores.records import PROPOSAL, RecordUnreadable
from bridge.stores.sealed import note_unreadable
from bridge.stores.sql.admin_audit import chained
from bridge.stores.sql.engine import reading, writing
from bridge.stores.sql.tables import approvals

_OPEN = approvals.c.state == "open"


def settle(connection: Connection, decided: Proposal) -> None:
    """Store what became of a proposal, in the transaction of what it allows; a new one is stored so.

    Raises DecidedMeanwhile where it is open no more.
    """
    of_it = approvals.c.id == decided.id
    if connection.execute(update(approvals).where(of_it, _OPEN).values(**_row(decided))).rowcount:
        return
    if connection.execute(select(approvals.c.id).where(of_it)).first() is not None:
        raise DecidedMeanwhile
    connection.execute(insert(approvals).values(id=decided.id, **_row(decided)))


class SqlApprovals:
    """ports.ApprovalStore. A record that can't be read is counted, and is then none."""

    def __init__(self, engine: Engine, counters: Counters) -> None:
        self._engine = engine
        self._counters = counters

    def propose(self, proposals: Sequence[Proposal], *, entries: Sequence[AuditEntry] = ()) -> None:
        """Store them, in the place of what their proposer had open (see ports.ApprovalStore)."""

        def step(connection: Connection) -> None:
            for proposal in proposals:
                earlier = (
                    approvals.c.client_id == proposal.client_id,
                    approvals.c.proposed_by == proposal.proposed_by,
                )
                connection.execute(delete(approvals).where(_OPEN, *earlier))
                connection.execute(insert(approvals).values(id=proposal.id, **_row(proposal)))
            for entry in entries:
                chained(connection, entry)

        writing(self._engine, step)

    def get(self, proposal_id: str) -> Proposal | None:
        """The proposal of that id."""
        with reading(self._engine) as connection:
            found = connection.execute(select(approvals.c.data).where(approvals.c.id == proposal_id)).scalar()
        return None if found is None else self._read(found)

    def open_for(self, client_id: ClientId, now: int) -> Sequence[Proposal]:
        """Those of an application that are open still, newest first."""
        query = (
            select(approvals.c.data)
            .where(approvals.c.client_id == client_id, _OPEN, approvals.c.expires_at > now)
            .order_by(approvals.c.proposed_at.desc(), approvals.c.id)
        )
        return self._all(query)

    def newest(self, limit: int) -> Sequence[Proposal]:
        """At most `limit`, those that are open first, then the newest first."""
        first = case((_OPEN, 0), else_=1)
        query = select(approvals.c.data).order_by(first, approvals.c.proposed_at.desc(), approvals.c.id)
        return self._all(query.limit(limit))

    def settle(self, decided: Proposal, *, entry: AuditEntry | None = None) -> None:
        """Store what became of one that was open. Raises DecidedMeanwhile."""

        def step(connection: Connection) -> None:
            settle(connection, decided)
            chained(connection, entry)

        writing(self._engine, step)

    def _all(self, query: Any) -> Sequence[Proposal]:
        with reading(self._engine) as connection:
            rows = connection.execute(query).scalars().all()
        found = (self._read(data) for data in rows)
        return tuple(proposal for proposal in found if proposal is not None)

    def _read(self, data: str) -> Proposal | None:
        try:
            return PROPOSAL.load(data)
        except RecordUnreadable as error:
            note_unreadable(self._counters, error)
            return None


def _row(proposal: Proposal) -> dict[str, Any]:
    return {
        "client_id": proposal.client_id,
        "state": proposal.state,
        "proposed_by": proposal.proposed_by,
        "proposed_at": proposal.proposed_at,
        "expires_at": proposal.expires_at,
        "data": PROPOSAL.dump(proposal).decode(),
    }
