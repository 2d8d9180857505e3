"""What applying a file would change: shown before, saved where somebody else looks at it, and then done."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from bridge.domain.client import Client
from bridge.domain.client_metadata import CLIENT_METADATA, as_metadata
from bridge.ports.clients import ClientChange

PlanAction = Literal["add", "change", "disable", "delete", "unchanged"]
# Fields that are no news of their own: the owner and its secret are told part by part.
_NOT_TOLD = {"client_id", "client_id_issued_at", "secret_hashes", "managed_by"}
# The words of a plan for the parts of a FileOwner.
_OWNER_PARTS = {
    "managed_by": "set_name",
    "unmanaged": "unmanaged",
    "secret_version": "secret_version",
    "pruned_at": "pruned_at",
}


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """How a file is applied.

    `prune`: what the set owns and the file names no more is disabled, and later deleted; `prune_many`: also
    more than a few, and what people used lately; `take_over`: also applications that this set does not own.
    """

    prune: bool = False
    prune_many: bool = False
    take_over: bool = False


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """A field before and after, as JSON writes it; None: there was, or will be, none."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """What becomes of one application.

    `version`: version_of the registration that it was planned from, None for a new one; `sensitive`: what of
    it needs approval; `notes`: sentences to read before.
    """

    action: PlanAction
    client_id: str
    name: str
    version: str | None
    diffs: tuple[FieldDiff, ...] = ()
    sensitive: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    change: ClientChange | None = field(default=None, repr=False)

    def as_json(self) -> dict[str, Any]:
        """For --json and a saved plan, without anything of a secret."""
        return {
            "action": self.action,
            "client_id": self.client_id,
            "client_name": self.name,
            "version": self.version,
            "diffs": {diff.name: {"before": diff.before, "after": diff.after} for diff in self.diffs},
            "sensitive": list(self.sensitive),
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes of a file, those of its applications first. `left`: what the set owns, the file names no
    more, and this plan leaves."""

    set_name: str | None
    options: PlanOptions
    entries: tuple[PlannedChange, ...]
    left: tuple[str, ...] = ()

    @property
    def changes(self) -> tuple[PlannedChange, ...]:
        """Those that change something."""
        return tuple(entry for entry in self.entries if entry.change is not None)

    @property
    def sensitive(self) -> tuple[PlannedChange, ...]:
        """Those that need approval."""
        return tuple(entry for entry in self.changes if entry.sensitive)

    def as_json(self) -> dict[str, Any]:
        """For --json and a saved plan."""
        return {
            "set": self.set_name,
            "applications": [entry.as_json() for entry in self.entries],
            "left": list(self.left),
            "awaits_approval": [entry.client_id for entry in self.sensitive],
        }


def diffs(before: Client | None, after: Client) -> tuple[FieldDiff, ...]:
    """What differs, in the order of the rows of client metadata; of a new one, what is not the default."""
    kept = before or Client(after.client_id, "", ())
    old, new = as_metadata(kept), as_metadata(after)
    found = [
        FieldDiff(name, old[name] if before else None, new[name])
        for name in CLIENT_METADATA
        if name not in _NOT_TOLD and old[name] != new[name]
    ]
    return (*found, *_owner_diffs(before, after))


def _owner_diffs(before: Client | None, after: Client) -> Iterator[FieldDiff]:
    old = before.managed_by if before else None
    new = after.managed_by
    for name, part in _OWNER_PARTS.items():
        was, becomes = (getattr(owner, part) or None if owner else None for owner in (old, new))
        if was != becomes:
            yield FieldDiff(
                name, *(list(value) if isinstance(value, tuple) else value for value in (was, becomes))
            )
