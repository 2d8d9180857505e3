"""Copies of registrations, with other addresses: a duplicate, or what a pilot's file says for production.

A copy is a draft: it is registered, and judged, as any new application is.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from bridge.domain.client import Client
from bridge.domain.client_metadata import CLIENT_METADATA
from bridge.domain.ids import ClientId
from bridge.manage.client_files.faults import FileFaults
from bridge.manage.client_files.text import read_text
from bridge.manage.client_files.wanted import ClientFile, client_file
from bridge.manage.client_ids import sector_of
from bridge.manage.logos import without_own_logo

ONE, MANY = ("uri",), ("uris", "origins")  # kinds of fields that hold addresses
ADDRESSES = tuple(row for row in CLIENT_METADATA.values() if row.kind in (*ONE, *MANY))


def draft_of(client: Client) -> Client:
    """The same registration as a new one: without id, secrets, and the file that owns it.

    A sector that follows from its addresses is left out, so that it follows from those of the copy.
    """
    follows = client.sector_identifier == sector_of(client.redirect_uris, client.client_id)
    return replace(
        without_own_logo(client),
        client_id=ClientId(""),
        sector_identifier=None if follows else client.sector_identifier,
        secret_hashes=(),
        managed_by=None,
        enabled=True,
        client_id_issued_at=0,
    )


def drafts_in(text: str) -> list[Client]:
    """The applications of a file (YAML or JSON), with the ids that it gives them. Raises FileFaults."""
    file: ClientFile = client_file(read_text("file.yaml", text.encode()))
    if file.faults:
        raise FileFaults(file.faults)
    return [_draft(wanted.client_id, wanted.fields) for wanted in file.clients]


def _draft(client_id: str, fields: Mapping[str, Any]) -> Client:
    empty = Client(ClientId(client_id), "", ())
    return replace(draft_of(replace(empty, **fields)), client_id=ClientId(client_id))


def addresses_of(clients: Collection[Client]) -> Sequence[str]:
    """All addresses of these, each once, in their order."""
    return tuple(dict.fromkeys(address for client in clients for address in _addresses(client)))


def _addresses(client: Client) -> Iterator[str]:
    for row in ADDRESSES:
        value = getattr(client, row.name)
        yield from (value,) if row.kind in ONE and value else value or ()


def origin_in(address: str) -> str:
    """Its scheme, host and port; empty where it has none of them."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""


def moved(address: str, origins: Mapping[str, str]) -> str:
    """The address on the origin that takes the place of its own."""
    origin = origin_in(address)
    return origins[origin] + address[len(origin) :] if origins.get(origin) else address


def remapped(client: Client, replacements: Mapping[str, str]) -> Client:
    """With other addresses; one whose replacement is empty is left out."""
    changes: dict[str, Any] = {}
    for row in ADDRESSES:
        value = getattr(client, row.name)
        if row.kind in MANY:
            changed = (replacements.get(address, address) for address in value)
            changes[row.name] = tuple(dict.fromkeys(filter(None, changed)))
        elif value:
            changes[row.name] = replacements.get(value, value) or None
    return replace(client, **changes)
