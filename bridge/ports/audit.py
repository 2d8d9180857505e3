"""The trail of administration (SQL): rows chained by keyed hashes, whose key is not in SQL."""

from collections.abc import Sequence
from typing import Protocol

from bridge.domain.admin_audit import AuditEntry, AuditHead, AuditRow, AuditVerdict


class AdminAudit(Protocol):
    """The trail, to be read, verified and pruned.

    Who changes something writes its row in the transaction of the change: see the `entry` of the other ports.
    """

    def record(self, entry: AuditEntry) -> None:
        """Keep what changes no row, as a look at a person. Raises StoreUnavailable."""

    def page(
        self,
        *,
        limit: int,
        before: int | None = None,
        since: int = 0,
        actor: str = "",
        event: str = "",
        subject: str = "",
    ) -> Sequence[AuditRow]:
        """At most `limit` rows, newest first, of those that fit.

        `before`: the number of the last row seen; `since` in epoch seconds; an empty text fits all.
        """

    def head(self) -> AuditHead | None:
        """The last row, signed; None where there is none yet."""

    def verify(self, head: str = "") -> AuditVerdict:
        """Whether the rows are those that were written.

        `head`: the text of one that was kept elsewhere. It alone shows for sure that rows were cut off.
        """

    def prune(self, before: int, now: int) -> int:
        """Delete whole segments whose last row is older than `before`; how many rows. An entry says so.

        Where the trail does not verify nothing is deleted.
        """
