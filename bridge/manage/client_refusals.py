"""Why a change of a registered application is refused: sentences, and what an edit may touch."""

from collections.abc import Mapping
from typing import Any

from bridge.domain.client import Client
from bridge.domain.client_metadata import CLIENT_METADATA
from bridge.domain.sentence import said
from bridge.manage.access import Missing, Refused

EDITABLE = frozenset(row.name for row in CLIENT_METADATA.values() if row.fixed in ("no", "once_set"))
ONCE_SET = tuple(row.name for row in CLIENT_METADATA.values() if row.fixed == "once_set")


class Overtaken(Refused):
    """Somebody else changed the client meanwhile. `client`: as it is now."""

    def __init__(self, client: Client) -> None:
        super().__init__("Somebody else changed this application meanwhile.")
        self.client = client


def taken(client_id: str) -> Refused:
    """The refusal of an id that another application has."""
    return Refused(said("There is a client {client_id} already.", client_id=client_id))


def was_deleted(client_id: str) -> Refused:
    """The refusal of an id that a deleted client had."""
    return Refused(
        said(
            "There was a client {client_id}, and no other gets its id. For seven days after it was deleted"
            " `bridge client restore {client_id}` takes it back.",
            client_id=client_id,
        )
    )


def not_found(client_id: str) -> Missing:
    """The refusal of an id that no application has."""
    return Missing(
        said(
            "There is no client {client_id}; `bridge client list` shows those that there are.",
            client_id=client_id,
        )
    )


def check_changes(before: Client, changes: Mapping[str, Any]) -> None:
    """Raises Refused where a change touches what is fixed."""
    if fixed := changes.keys() - EDITABLE:
        raise Refused(said("{names} can't be changed by an edit.", names=", ".join(sorted(fixed))))
    for name in ONCE_SET:
        value = getattr(before, name)
        if value and changes.get(name, value) != value:
            raise Refused(
                said("{name} can't be changed: people would no longer be known by their sub.", name=name)
            )
