"""Records at rest under the master keys; what is there and cannot be opened is counted and logged."""

from typing import Generic, TypeVar

import structlog

from bridge.errors import SealBroken
from bridge.ports.basics import Counters, Sealer
from bridge.stores.records.record import Record, RecordUnreadable

Value = TypeVar("Value")
UNREADABLE = "record.unreadable"  # the counter, and the event in the log


def note_unreadable(counters: Counters, error: RecordUnreadable) -> None:
    """Tell operators, apart from what is simply absent; nothing of the content."""
    counters.add(UNREADABLE, kind=error.kind, why=error.why)
    structlog.get_logger().warning(UNREADABLE, kind=error.kind, why=error.why, field=error.field)


class Sealed(Generic[Value]):
    """Records of one kind as sealed text: what Redis and SQL keep of anything personal.

    Each kind is sealed for a purpose of its own, so that none can be put in the place of another.
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
        except SealBroken:
            raise RecordUnreadable(self._record.kind, "seal") from None
        return self._record.load(data)

    def open(self, text: bytes | str | None) -> Value | None:
        """As `unseal`, for what may go: None where there is nothing, or nothing that can be opened any more.

        A master key that was taken away ends the Sessions and tokens that it sealed; requests go on.
        """
        if text is None:
            return None
        try:
            return self.unseal(text.decode() if isinstance(text, bytes) else text)
        except RecordUnreadable as error:
            note_unreadable(self._counters, error)
            return None
