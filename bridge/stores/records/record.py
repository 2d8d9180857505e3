"""What a stored record is: `{"v": n, "kind": "…", "body": {…}}`, written and read by explicit functions.

The body is spelt out by hand, never derived from the domain's classes: renaming a field there changes
nothing that rests, and what rests can be read as long as its version's reader stands in the table. A part
that several records share has no version of its own: where it changes, each record that holds it gets a new
version.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from pydantic_core import from_json, to_json

from bridge.errors import BridgeError
from bridge.stores.records.fields import Fields, Unfit

Value = TypeVar("Value")
Body = Mapping[str, Any]
Why = Literal["seal", "json", "kind", "version", "missing", "type"]


class RecordUnreadable(BridgeError):
    """Something is there and cannot be opened. `why` and `field` are words of ours, never of the content."""

    def __init__(self, kind: str, why: Why, field: str = "") -> None:
        super().__init__(f"{kind}: {why} {field}".rstrip())
        self.kind = kind
        self.why: Why = why
        self.field = field


@dataclass(frozen=True, slots=True)
class Record(Generic[Value]):
    """How values of one kind rest. `version` is the one that is written.

    A reader may come a release before its writer, so that two releases can run side by side.
    """

    kind: str
    version: int
    write: Callable[[Value], Body]
    readers: Mapping[int, Callable[[Fields], Value]]

    def dump(self, value: Value) -> bytes:
        """The record of a value, as compact JSON."""
        return to_json({"v": self.version, "kind": self.kind, "body": self.write(value)})

    def load(self, data: bytes | str) -> Value:
        """The value of a record of any version that is known here. Raises RecordUnreadable."""
        record = self._parsed(data)
        version, body = record.get("v"), record.get("body")
        reader = self.readers.get(version) if type(version) is int else None
        if reader is None:
            raise RecordUnreadable(self.kind, "version")
        if not isinstance(body, dict):
            raise RecordUnreadable(self.kind, "type", "body")
        try:
            return reader(Fields(body))
        except Unfit as unfit:
            raise RecordUnreadable(self.kind, unfit.why, unfit.field) from None

    def _parsed(self, data: bytes | str) -> dict[str, Any]:
        try:
            record = from_json(data)
        except ValueError:  # its text would quote the content
            raise RecordUnreadable(self.kind, "json") from None
        if not isinstance(record, dict) or record.get("kind") != self.kind:
            raise RecordUnreadable(self.kind, "kind")
        return record
