"""`bridge audit`: what administrators did, and whether anybody has tampered with the record of it."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from bridge.cli.console import FAILED, config_option, settings_of
from bridge.domain.admin_audit import AuditRow
from bridge.domain.events import CHAINED_EVENTS
from bridge.manage import OPERATOR, AuditFilter
from bridge.wiring.administration import administration

TIMES = ("%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")


@click.group()
def audit() -> None:
    """What administrators did, and whether its record is whole."""


@audit.command("list")
@config_option
@click.option("--since", type=click.DateTime(TIMES), help="Since then (UTC).")
@click.option("--actor", default="", help="Who: `os:USER` of this machine, or `administrator:ID`.")
@click.option("--event", type=click.Choice(CHAINED_EVENTS), default=None, metavar="EVENT", help="What.")
@click.option("--subject", default="", help="To which application, key or administrator, by its id.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
def list_(
    config_file: Path | None,
    since: datetime | None,
    actor: str,
    event: str | None,
    subject: str,
    limit: int,
    as_json: bool,
) -> None:
    """What was done, newest first."""
    at = int(since.replace(tzinfo=UTC).timestamp()) if since else 0
    with administration(settings_of(config_file)) as admin:
        rows = admin.audit.page(OPERATOR, AuditFilter(at, actor, event or "", subject), limit=limit)
    if as_json:
        click.echo(json.dumps([_fields(row) for row in rows], ensure_ascii=False, indent=2))
    else:
        _print(rows)


@audit.command()
@config_option
@click.option(
    "--head", default="", help="A head that the log or a file had: shows that later rows were cut off."
)
def verify(config_file: Path | None, head: str) -> None:
    """Whether every row is as it was written; exit code 1 where one was changed, taken out or put in."""
    with administration(settings_of(config_file)) as admin:
        verdict = admin.audit.verify(OPERATOR, head)
    for fault in verdict.faults:
        click.echo(fault)
    if verdict.faults:
        sys.exit(FAILED)
    if verdict.last:
        click.echo(f"Rows {verdict.first} to {verdict.last} are as they were written.")
    else:
        click.echo("Nothing was written yet.")


@audit.command()
@config_option
def head(config_file: Path | None) -> None:
    """Print the last row's number and mac, signed: keep it elsewhere for `bridge audit verify --head`."""
    with administration(settings_of(config_file)) as admin:
        found = admin.audit.head(OPERATOR)
    if found is None:
        raise click.ClickException("Nothing was written yet.")
    click.echo(found.text)


def _fields(row: AuditRow) -> dict[str, object]:
    entry = row.entry
    return {
        "sequence": row.sequence,
        "at": entry.at,
        "actor": entry.actor,
        "event": entry.event,
        "subject": entry.subject,
        "facts": dict(entry.facts),
    }


def _print(rows: Sequence[AuditRow]) -> None:
    for row in rows:
        entry = row.entry
        at = datetime.fromtimestamp(entry.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        facts = " ".join(f"{name}={value}" for name, value in entry.facts.items())
        said = f"{row.sequence:>6}  {at}  {entry.actor}  {entry.event}  {entry.subject}  {facts}"
        click.echo(said.rstrip())
