"""The form of a stored record: `{"v": n, "kind": "…", "body": {…}}`, with a function that writes the body.

The body is spelt out field by field, not derived from the domain's classes, so renaming a field there changes
nothing that is stored. A record can be read as long as READERS has a reader for its version. A part that
several records share has no version of its own: where it changes, each of those records gets a new version.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from pydantic_core import from_json, to_json

from bridge.errors import BridgeError
from bridge.stores.records.fields import Fields, InvalidField

Value = TypeVar("Value")
Body = Mapping[str, Any]
Why = Literal["seal", "json", "kind", "version", "missing", "type"]


class RecordUnreadable(BridgeError):
    """A stored record can't be read. `why` and `field` are words of ours, never of the content.

    Where `why` is `seal`, `field` is the id of the master key that is not known here, if that is it.
    """

    def __init__(self, kind: str, why: Why, field: str = "") -> None:
        super().__init__(f"{kind}: {why} {field}".rstrip())
        self.kind = kind
        self.why: Why = why
        self.field = field


@dataclass(frozen=True, slots=True)
class Record(Generic[Value]):
    """How values of one kind are stored. `version`: the one that is written; `readers`: by version.

    A reader may be added one release before its writer, so that two releases can run side by side.
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
        except InvalidField as invalid:
            raise RecordUnreadable(self.kind, invalid.why, invalid.field) from None

    def _parsed(self, data: bytes | str) -> dict[str, Any]:
        try:
            record = from_json(data)
        except ValueError:  # its text would quote the content
            raise RecordUnreadable(self.kind, "json") from None
        if not isinstance(record, dict) or record.get("kind") != self.kind:
            raise RecordUnreadable(self.kind, "kind")
        return record
