"""Proposals that await approval (SQL)."""

from collections.abc import Sequence
from typing import Protocol

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.approval import Proposal
from bridge.domain.ids import ClientId
from bridge.errors import BridgeError


class DecidedMeanwhile(BridgeError):
    """Somebody else decided it since it was read; nothing was stored."""


class ApprovalStore(Protocol):
    """Proposals. Approving is `ClientStore.change`, which settles one with the change, in one transaction."""

    def propose(self, proposals: Sequence[Proposal], *, entries: Sequence[AuditEntry] = ()) -> None:
        """Store them in one transaction. What their proposer still had open for the
        same application is forgotten."""

    def get(self, proposal_id: str) -> Proposal | None: ...

    def open_for(self, client_id: ClientId, now: int) -> Sequence[Proposal]:
        """Those of an application that are open still, newest first."""

    def newest(self, limit: int) -> Sequence[Proposal]:
        """At most `limit`, whatever became of them, those that are open first, then the newest first."""

    def settle(self, decided: Proposal, *, entry: AuditEntry | None = None) -> None:
        """Store what became of one that was open. Raises DecidedMeanwhile where it is open no more."""
