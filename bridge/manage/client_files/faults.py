"""What is wrong with a file of applications: each fault with the application, the field and the line."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from bridge.errors import BridgeError


@dataclass(frozen=True, slots=True)
class FileFault:
    """One fault. `application`: its client_id, or its place in the list; `line`: from 1, if it is known."""

    sentence: str
    application: str = ""
    field: str = ""
    line: int | None = None

    def __str__(self) -> str:
        where = ", ".join(
            filter(None, (f"line {self.line}" if self.line else "", self.application, self.field))
        )
        return f"{where}: {self.sentence}" if where else self.sentence

    def as_json(self) -> dict[str, Any]:
        """For --json."""
        return asdict(self)


class FileFaults(BridgeError):
    """Nothing of the file can be applied; all that is wrong with it."""

    def __init__(self, faults: Iterable[FileFault]) -> None:
        self.faults = tuple(sorted(dict.fromkeys(faults), key=lambda fault: fault.line or 0))
        super().__init__("\n".join(map(str, self.faults)))
