"""What a prune does to the applications that a set owns and its file names no more.

It disables them; what an earlier prune disabled is deleted once it has stayed out for a week and nobody
missed it.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from bridge.manage.client_files.faults import FileFault
from bridge.manage.client_files.plan import PlannedChange, diffs
from bridge.manage.clients import version_of
from bridge.ports.clients import ClientChange

DAY = 86400  # seconds
DELETED_AFTER = 7 * DAY  # as long as somebody may need to notice
AFTER_A_WEEK = "A prune a week after this one deletes it."
RECENTLY = 30 * DAY
MANY = 5  # applications that one prune may disable or delete without being told so


def pruned(client: Client, now: int) -> PlannedChange:
    """What a prune does to one of the set's own that the file names no more."""
    owner = client.managed_by
    if owner is None:
        raise ValueError("only what a file owns is pruned")
    if owner.pruned_at is None:
        after = replace(client, enabled=False, managed_by=replace(owner, pruned_at=now))
        told = tuple(diff for diff in diffs(client, after) if diff.name != "pruned_at")
        change = ClientChange(client, after)
        return PlannedChange("disable", *_known(client), told, (), (AFTER_A_WEEK,), change)
    if owner.pruned_at + DELETED_AFTER > now:
        return PlannedChange("unchanged", *_known(client), notes=(_day(owner.pruned_at),))
    return PlannedChange("delete", *_known(client), change=ClientChange(client, None))


def prune_faults(changes: Sequence[PlannedChange], used_lately: Collection[ClientId]) -> Iterator[FileFault]:
    """Why a prune is refused without being told that it is meant. `changes`: what it would do."""
    if len(changes) > MANY:
        yield FileFault(
            f"{len(changes)} applications would be disabled or deleted, more than {MANY}: "
            "--prune-many does it."
        )
    for entry in changes:
        if entry.client_id in used_lately:
            yield FileFault("People used it in the last 30 days: --prune-many prunes it.", entry.client_id)


def _known(client: Client) -> tuple[str, str, str]:
    return client.client_id, client.client_name, version_of(client)


def _day(pruned_at: int) -> str:
    day = datetime.fromtimestamp(pruned_at + DELETED_AFTER, UTC).date()
    return f"A prune on or after {day} deletes it."
