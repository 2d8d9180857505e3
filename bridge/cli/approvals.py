"""`bridge approvals`: changes that a second person has to look at."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from bridge.cli.console import config_option, settings_of
from bridge.cli.operator import operator
from bridge.domain.approval import Proposal
from bridge.manage import Administration
from bridge.manage.client_files.plan import diffs
from bridge.wiring.administration import administration

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")


@click.group()
def approvals() -> None:
    """Changes that a second person has to look at."""


@approvals.command("list")
@config_option
@json_option
@click.option("--all", "all_", is_flag=True, help="Also those that were decided, or are over.")
def list_(config_file: Path | None, as_json: bool, all_: bool) -> None:
    """What awaits approval."""
    with administration(settings_of(config_file)) as admin:
        found = [_fields(admin, proposal) for proposal in admin.approvals.all(operator())]
    shown = [fields for fields in found if all_ or fields["state"] == "open"]
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
    elif not shown:
        click.echo("Nothing awaits approval.")
    for fields in shown if not as_json else ():
        what = " ".join(fields["sensitive"])
        click.echo(
            f"{fields['id']}  {fields['client_id']}  {fields['state']}  {fields['proposed_by']}  {what}"
        )


@approvals.command()
@config_option
@json_option
@click.argument("proposal_id")
def show(config_file: Path | None, as_json: bool, proposal_id: str) -> None:
    """One proposal, field by field."""
    with administration(settings_of(config_file)) as admin:
        proposal = admin.approvals.get(operator(), proposal_id)
        fields = _fields(admin, proposal)
    if as_json:
        click.echo(json.dumps(fields, ensure_ascii=False, indent=2))
        return
    for name, value in fields.items():
        if name != "changes":
            click.echo(f"{name:<12}  {' '.join(value) if isinstance(value, list) else value}")
    for name, change in fields["changes"].items():
        click.echo(f"  {name}: {_text(change['before'])} → {_text(change['after'])}")


@approvals.command()
@config_option
@click.option("--reason", required=True, help="Why it may be; it is shown to everybody who approves.")
@click.option("--version", default="", help="Of what was looked at (`show`); else it is shown, and asked.")
@click.argument("proposal_id")
def approve(config_file: Path | None, reason: str, version: str, proposal_id: str) -> None:
    """Approve a change, where there is no second administrator who could."""
    with administration(settings_of(config_file)) as admin:
        proposal = admin.approvals.get(operator(), proposal_id)
        if not version:
            for diff in diffs(proposal.before, proposal.after):
                click.echo(f"  {diff.name}: {_text(diff.before)} → {_text(diff.after)}", err=True)
            click.confirm(
                f"Approve {', '.join(proposal.sensitive)} of {proposal.client_id}?", abort=True, err=True
            )
            version = proposal.version
        admin.approvals.approve(operator(), proposal_id, version=version, reason=reason)
    click.echo(f"{proposal.client_id} is changed as proposed; whoever approves sees that this was done here.")


@approvals.command()
@config_option
@click.argument("proposal_id")
def reject(config_file: Path | None, proposal_id: str) -> None:
    """Settle that a change is not made."""
    with administration(settings_of(config_file)) as admin:
        proposal = admin.approvals.reject(operator(), proposal_id)
    click.echo(f"The change of {proposal.client_id} is rejected.")


def _fields(admin: Administration, proposal: Proposal) -> dict[str, Any]:
    """A proposal for a script, without anything of a secret."""
    return {
        "id": proposal.id,
        "client_id": proposal.client_id,
        "state": admin.approvals.standing(operator(), proposal),
        "sensitive": list(proposal.sensitive),
        "proposed_by": proposal.proposed_by,
        "proposed_at": _instant(proposal.proposed_at),
        "expires_at": _instant(proposal.expires_at),
        "decided_by": proposal.decided_by,
        "reason": proposal.reason,
        "locally": proposal.locally,
        "version": proposal.version,
        "changes": {
            diff.name: {"before": diff.before, "after": diff.after}
            for diff in diffs(proposal.before, proposal.after)
        },
    }


def _instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _text(value: Any) -> str:
    """A value on one line, without anything that a terminal would obey."""
    return json.dumps(value, ensure_ascii=False)
