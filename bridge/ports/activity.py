"""What happened at applications (SQL), to be looked at; it is written by ports.basics.AuditLog."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from bridge.domain.activity import ActivityFilter, ActivityPlace, ActivityRow, HourCount, Rejections


class ActivityLog(Protocol):
    """Rows of the audit trail that have a kind, and counts by the hour. Everything raises StoreUnavailable.

    `among`: the clients whose rows are wanted alone; None wants all.
    """

    def page(
        self,
        wanted: ActivityFilter,
        *,
        limit: int,
        before: ActivityPlace | None = None,
        among: Collection[str] | None = None,
    ) -> Sequence[ActivityRow]:
        """At most `limit` rows, newest first, of those that fit and come after the place `before`."""

    def of_reference(
        self, reference: str, *, limit: int, among: Collection[str] | None = None
    ) -> Sequence[ActivityRow]:
        """Every row of the sign-ins that a request of this reference number was part of, oldest first."""

    def rejections(self, latest: int, *, among: Collection[str] | None = None) -> Sequence[Rejections]:
        """The `latest` refused requests by client and reason, the most frequent first."""

    def failures(self, since: int) -> int:
        """How many sign-ins failed since then, but for those that somebody refused."""

    def hours(self, since: int) -> Sequence[HourCount]:
        """The counts of each hour since then, oldest first."""

    def last_used(self, client_ids: Collection[str]) -> Mapping[str, int]:
        """When each of these was used last, in epoch seconds; one that never was is left out."""
