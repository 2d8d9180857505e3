"""What is counted of events before it is written: so many an hour, and when each client was used last."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func

from bridge.domain.activity import CALL, CALL_FAILED, COUNTED_KINDS, HOUR, USES
from bridge.stores.sql.engine import dialect_insert
from bridge.stores.sql.tables import activity_hours, client_uses

_Key = tuple[int, str, str]  # hour, kind, reason


@dataclass(slots=True)
class _Count:
    number: int = 0
    milliseconds: int = 0
    slowest: int = 0


@dataclass(slots=True)
class Tally:
    """Counts of one process. Not safe among threads: its owner has the lock.

    Hours and reasons are few fixed words, and clients are registered ones, so it stays small.
    """

    hours: dict[_Key, _Count] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.hours or self.used)

    def add(self, row: Mapping[str, Any]) -> None:
        """Count an event by its row of the audit trail."""
        kind, at, client_id = row["kind"], row["at"], row["client_id"]
        if kind in COUNTED_KINDS:
            self._count((at - at % HOUR, kind, row["reason"] or "")).number += 1
        if kind in USES and client_id:
            self.used[client_id] = max(at, self.used.get(client_id, 0))

    def add_call(self, operation: str, at: int, milliseconds: int, *, failed: bool) -> None:
        """Count a call to CamDigiKey."""
        count = self._count((at - at % HOUR, CALL_FAILED if failed else CALL, operation))
        count.number += 1
        count.milliseconds += milliseconds
        count.slowest = max(count.slowest, milliseconds)

    def merge(self, other: "Tally") -> None:
        """Add all that another one counted: it could not be written."""
        for key, more in other.hours.items():
            count = self._count(key)
            count.number += more.number
            count.milliseconds += more.milliseconds
            count.slowest = max(count.slowest, more.slowest)
        for client_id, at in other.used.items():
            self.used[client_id] = max(at, self.used.get(client_id, 0))

    def write(self, connection: Connection) -> None:
        """Add the counts to SQL's; in one order, so that two processes never wait for each other."""
        if self.hours:
            new = dialect_insert(connection, activity_hours)
            both = {
                "number": activity_hours.c.number + new.excluded.number,
                "milliseconds": activity_hours.c.milliseconds + new.excluded.milliseconds,
                "slowest": _greater(connection, activity_hours.c.slowest, new.excluded.slowest),
            }
            keys = ["hour", "kind", "reason"]
            connection.execute(
                new.values(self._hour_rows()).on_conflict_do_update(index_elements=keys, set_=both)
            )
        if self.used:
            new = dialect_insert(connection, client_uses)
            rows = [{"client_id": name, "used_at": at} for name, at in sorted(self.used.items())]
            latest = {"used_at": _greater(connection, client_uses.c.used_at, new.excluded.used_at)}
            connection.execute(
                new.values(rows).on_conflict_do_update(index_elements=["client_id"], set_=latest)
            )

    def _count(self, key: _Key) -> _Count:
        return self.hours.setdefault(key, _Count())

    def _hour_rows(self) -> list[dict[str, Any]]:
        return [
            {
                "hour": hour,
                "kind": kind,
                "reason": reason,
                "number": count.number,
                "milliseconds": count.milliseconds,
                "slowest": count.slowest,
            }
            for (hour, kind, reason), count in sorted(self.hours.items())
        ]


def _greater(connection: Connection, one: Any, other: Any) -> Any:
    """The greater of two values, which both databases name differently."""
    return (func.greatest if connection.dialect.name == "postgresql" else func.max)(one, other)
