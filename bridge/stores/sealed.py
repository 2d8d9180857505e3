"""Stored records, sealed with the master keys; one that can't be opened is counted and logged."""

from typing import Generic, TypeVar

import structlog

from bridge.errors import SealBroken, UnknownMasterKey
from bridge.ports.basics import Counters, Sealer
from bridge.stores.records.record import Record, RecordUnreadable

Value = TypeVar("Value")
UNREADABLE = "record.unreadable"  # the counter, and the event in the log


def note_unreadable(counters: Counters, error: RecordUnreadable) -> None:
    """Count and log a record that is there and can't be read; nothing of its content."""
    counters.add(UNREADABLE, kind=error.kind, why=error.why)
    structlog.get_logger().warning(UNREADABLE, kind=error.kind, why=error.why, field=error.field)


class Sealed(Generic[Value]):
    """Records of one kind as sealed text; all personal data in Redis and SQL is stored so.

    Each kind is sealed for its own purpose, so that no record can be put in the place of another.
    """

    def __init__(self, sealer: Sealer, record: Record[Value], counters: Counters) -> None:
        self._sealer = sealer
        self._record = record
        self._counters = counters

    def seal(self, value: Value) -> str:
        """The value's record as text in the URL-safe alphabet."""
        return self._sealer.seal(self._record.kind, self._record.dump(value))

    def unseal(self, text: str) -> Value:
        """The value of a sealed text. Raises RecordUnreadable."""
        try:
            data = self._sealer.unseal(self._record.kind, text)
        except UnknownMasterKey as error:
            raise RecordUnreadable(self._record.kind, "seal", error.key_id) from None
        except SealBroken:
            raise RecordUnreadable(self._record.kind, "seal") from None
        return self._record.load(data)

    def open(self, text: bytes | str | None) -> Value | None:
        """As `unseal`, but None where there is nothing, or where it can't be opened, which is counted.

        So a master key that was removed from the settings ends the Sessions and tokens that it sealed, and
        requests go on.
        """
        if text is None:
            return None
        try:
            return self.unseal(text.decode() if isinstance(text, bytes) else text)
        except RecordUnreadable as error:
            note_unreadable(self._counters, error)
            return None
