"""Administrators, their invitations and their console sessions (SQL: who administers must not be lost).

`entry`: what the trail of administration gets in the same transaction: both are written, or neither.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.administrator import Administrator, ConsoleSession, Invitation
from bridge.domain.ids import AdministratorId, Sub

Accepted = Callable[[Invitation, Administrator | None], Administrator]


class AdministratorStore(Protocol):
    """Administrators. One environment and sub has one record; removed ones stay, for the audit trail."""

    def all(self, environment: str) -> Sequence[Administrator]:
        """Those of an environment that are not removed, the oldest first."""

    def get(self, administrator_id: AdministratorId) -> Administrator | None: ...

    def find(self, environment: str, sub: Sub) -> Administrator | None:
        """The record of a person, also a removed one."""

    def change(
        self,
        administrator_id: AdministratorId,
        change: Callable[[Administrator, Sequence[Administrator]], Administrator],
        *,
        entry: AuditEntry | None = None,
    ) -> Administrator:
        """Replace a record by what `change` makes of it and of all that are not removed.

        Where that removes somebody, their console sessions end with it.
        One change after another: no two of them see the same state. Raises KeyError when there is none, and
        what `change` raises; then nothing is changed.
        """

    def invite(self, token: str, invitation: Invitation, *, entry: AuditEntry | None = None) -> None:
        """Store an invitation under the hash of its token; those that are over are forgotten."""

    def invitation(self, token: str, now: int) -> Invitation | None:
        """An invitation that is good still; looking spends nothing."""

    def accept(
        self,
        token: str,
        now: int,
        environment: str,
        sub: Sub,
        accepted: Accepted,
        *,
        entry: Callable[[Administrator], AuditEntry] | None = None,
    ) -> Administrator | None:
        """Spend an invitation, and store whom `accepted` makes of it, in one transaction.

        `accepted` is given the record that there is of this person, also a removed one, and keeps its id.
        None where the invitation is not good. What `accepted` raises is raised, and nothing is changed.
        """


class ConsoleSessionStore(Protocol):
    """Console sessions."""

    def open(self, session: ConsoleSession, *, replaced: str = "", entry: AuditEntry | None = None) -> None:
        """Store a new one; those that are over are forgotten. `replaced`: the key of one that ends for it."""

    def get(self, key: str) -> ConsoleSession | None: ...

    def use(self, key: str, now: int) -> None:
        """It was used: its idle time begins anew."""

    def end(self, key: str, *, entry: AuditEntry | None = None) -> None: ...

    def end_all(self, administrator_id: AdministratorId) -> None:
        """End all sessions of one administrator."""

    def all(self, administrator_id: AdministratorId) -> Sequence[ConsoleSession]:
        """Those of one administrator, the last used first."""
