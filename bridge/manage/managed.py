"""Registrations that a file owns: whoever else changes what the file says takes them over first."""

from collections.abc import Iterable

from bridge.domain.client import Client
from bridge.domain.client_metadata import CLIENT_METADATA
from bridge.manage.access import Refused


class ManagedByFile(Refused):
    """A file owns what was to be changed. `set_name`: its set."""

    def __init__(self, set_name: str, names: Iterable[str]) -> None:
        super().__init__(
            f"A file manages this application, the set {set_name}: change {', '.join(names)} there, or take "
            "it over (bridge client edit --take-over)."
        )
        self.set_name = set_name


def owned_by_file(client: Client, names: Iterable[str]) -> list[str]:
    """Those of these fields that a file owns, in their order."""
    owner = client.managed_by
    if owner is None:
        return []
    return [name for name in names if CLIENT_METADATA[name].group not in owner.unmanaged]


def check_not_managed(client: Client, names: Iterable[str]) -> None:
    """Raises ManagedByFile where a file owns any of these fields."""
    if client.managed_by is not None and (owned := owned_by_file(client, names)):
        raise ManagedByFile(client.managed_by.set_name, owned)
