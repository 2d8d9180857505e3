"""Registered applications as a file that says the same, without secrets: applying it changes nothing."""

from collections.abc import Sequence
from typing import Any

import yaml

from bridge.domain.client import Client
from bridge.domain.client_metadata import as_metadata
from bridge.manage.client_files.wanted import FILE_ROWS

ALWAYS = ("client_id", "client_name", "redirect_uris")


def export_document(clients: Sequence[Client]) -> dict[str, Any]:
    """The values of the file. Its set is the one that owns all of these, if one does."""
    owners = {client.managed_by.set_name if client.managed_by else None for client in clients}
    document: dict[str, Any] = {}
    if len(owners) == 1 and (owner := owners.pop()):
        document["set"] = owner
    return document | {"applications": [_application(client) for client in clients]}


def is_pruned(client: Client) -> bool:
    """Whether its file names it no more, so that a file of all leaves it out."""
    return client.managed_by is not None and client.managed_by.pruned_at is not None


def as_yaml(document: dict[str, Any]) -> str:
    """The text of the file, Khmer letters as they are."""
    dumped: str = yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
    return dumped


def _application(client: Client) -> dict[str, Any]:
    """What is not the default, of the groups that its file does not leave to others."""
    values, default = as_metadata(client), as_metadata(Client(client.client_id, "", ()))
    unmanaged = client.managed_by.unmanaged if client.managed_by else ()
    written = {
        name: values[name]
        for name, row in FILE_ROWS.items()
        if name == "client_id"
        or (row.group not in unmanaged and (name in ALWAYS or values[name] != default[name]))
    }
    return written | ({"unmanaged": list(unmanaged)} if unmanaged else {})


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_text(self, text: str) -> Any:
        """Between double quotes where a character could be read as the end of a line, as U+0085 would be."""
        return self.represent_scalar("tag:yaml.org,2002:str", text, None if text.isprintable() else '"')


_Dumper.add_representer(str, _Dumper.represent_text)
