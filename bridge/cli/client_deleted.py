"""`bridge client list --deleted`: the applications that can be restored."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import click

from bridge.cli.operator import operator
from bridge.domain.client_metadata import as_metadata
from bridge.domain.deleted_client import DeletedClient
from bridge.manage import Administration

PAGE = 500  # rows that are read at a time


def print_deleted(admin: Administration, as_json: bool) -> None:
    """Print them, the last deleted first."""
    found = list(_all(admin))
    if as_json:
        click.echo(json.dumps([_as_json(deleted) for deleted in found], ensure_ascii=False, indent=2))
    elif not found:
        click.echo("Nothing was deleted in the last seven days.")
    for deleted in found if not as_json else ():
        client, until = deleted.client, _date(deleted.restorable_until)
        click.echo(f"{client.client_id}  {client.client_name}  can be restored until {until}")


def _all(admin: Administration) -> Iterator[DeletedClient]:
    before = None
    while found := admin.deleted_clients.page(operator(), limit=PAGE, before=before):
        yield from found
        before = (found[-1].deleted_at, found[-1].client.client_id)


def _as_json(deleted: DeletedClient) -> dict[str, object]:
    return as_metadata(deleted.client) | {
        "deleted_at": deleted.deleted_at,
        "restorable_until": deleted.restorable_until,
    }


def _date(instant: int) -> str:
    return datetime.fromtimestamp(instant, UTC).isoformat(timespec="minutes")
