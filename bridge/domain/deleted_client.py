"""A deleted application: for some days its registration can be restored, and nothing else of it."""

from dataclasses import dataclass

from bridge.domain.client import Client

RESTORABLE_FOR = 7 * 24 * 3600  # seconds; its id stays taken for good


@dataclass(frozen=True, slots=True)
class DeletedClient:
    """What was registered, without secrets. `deleted_at` in epoch seconds."""

    client: Client
    deleted_at: int

    @property
    def restorable_until(self) -> int:
        """Until when it can be restored, in epoch seconds."""
        return self.deleted_at + RESTORABLE_FOR
