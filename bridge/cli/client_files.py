"""`bridge client apply` and `export`: applications from a file, and as one."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from bridge.cli.console import FAILED, config_option, settings_of
from bridge.cli.operator import operator
from bridge.cli.secret_sources import read_secret
from bridge.domain.client import Client
from bridge.errors import ConfigError
from bridge.manage import Actor, Administration, Refused
from bridge.manage.client_files.administration import AwaitsApproval
from bridge.manage.client_files.export import as_yaml, export_document, is_pruned
from bridge.manage.client_files.faults import FileFaults
from bridge.manage.client_files.plan import FieldDiff, Plan, PlannedChange, PlanOptions
from bridge.manage.client_files.saved_plan import check_same, opened, saved
from bridge.manage.client_files.text import MAX_BYTES, read_text
from bridge.manage.client_files.wanted import ClientFile, client_file
from bridge.wiring.administration import administration

CHANGES, AWAITS_APPROVAL = 2, 3  # exit codes of `apply`, beside 0 (done, or nothing to do) and 1 (failed)
SIGNS = {"add": "+", "change": "~", "disable": "-", "delete": "x", "unchanged": "="}
DONE = {"add": "registered", "change": "changed", "disable": "disabled", "delete": "deleted"}
STDIN = "-"


class WrongUse(click.UsageError):
    """Wrong options, told apart from CHANGES."""

    exit_code = FAILED


class ApplyCommand(click.Command):
    """A command whose exit code 2 says one thing alone: wrong options and settings fail with 1."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The options. Raises WrongUse."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            raise WrongUse(error.format_message(), error.ctx) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run it."""
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            for fault in error.faults:
                click.echo(fault, err=True)
            sys.exit(FAILED)


@click.command(cls=ApplyCommand)
@config_option
@click.option(
    "-f", "--file", "file", help="YAML, JSON or TOML, by its ending; - reads YAML from standard input."
)
@click.option(
    "--saved-plan", type=click.Path(path_type=Path), help="Apply this saved plan, if nothing changed."
)
@click.option("--dry-run", "--plan", "dry_run", is_flag=True, help="Show what would change, and do nothing.")
@click.option("--save-plan", type=click.Path(path_type=Path), help="Save the plan here, and do nothing.")
@click.option("--prune", is_flag=True, help="Disable what the file's set owns and the file names no more.")
@click.option("--prune-many", is_flag=True, help="Also more than five, and what people used lately.")
@click.option("--take-over", is_flag=True, help="Also what was registered otherwise, or by another set.")
@click.option("--reason", default="", help="Why sensitive changes may be; it is written to the audit trail.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
def apply(
    config_file: Path | None,
    file: str | None,
    saved_plan: Path | None,
    dry_run: bool,
    save_plan: Path | None,
    prune: bool,
    prune_many: bool,
    take_over: bool,
    reason: str,
    as_json: bool,
) -> None:
    """Make the register what a file says, all at once or not at all.

    Exit code: 0 done, or nothing to do; 1 failed, nothing was done; 2 there are changes (with --dry-run or
    --save-plan); 3 there are changes that await approval, nothing was done.
    """
    if (file is None) is (saved_plan is None):
        raise WrongUse("Give either --file or --saved-plan.")
    if saved_plan and (prune or prune_many or take_over or save_plan):
        raise WrongUse("A saved plan has its own --prune, --prune-many and --take-over.")
    options, actor = PlanOptions(prune, prune_many, take_over), operator()
    try:
        with administration(settings_of(config_file)) as admin:
            if saved_plan:
                plan = _saved_plan(admin, actor, _content(str(saved_plan)))
            else:
                wanted = client_file(read_text(_name(file or ""), _content(file or "")))
                plan = admin.client_files.plan(actor, wanted, options, read_secret)
                if save_plan:
                    _save(save_plan, wanted, plan)
            code = _carried_out(admin, actor, plan, reason, only_look=dry_run or save_plan is not None)
    except FileFaults as faults:
        _tell_faults(faults, as_json)
        sys.exit(FAILED)
    _tell(plan, code, as_json)
    sys.exit(code)


@click.command()
@config_option
@click.option("--all", "all_", is_flag=True, help="All applications, but those that a prune disabled.")
@click.option("--set", "set_name", default="", help="Those that this set owns.")
@click.option("--json", "as_json", is_flag=True, help="JSON in place of YAML.")
@click.argument("client_ids", nargs=-1)
def export(
    config_file: Path | None, all_: bool, set_name: str, as_json: bool, client_ids: tuple[str, ...]
) -> None:
    """Write applications as a file for `apply`, without their secrets: to apply it changes nothing."""
    if sum(map(bool, (all_, set_name, client_ids))) != 1:
        raise click.UsageError("Say which: --all, --set NAME, or their ids.")
    with administration(settings_of(config_file)) as admin:
        found = _chosen(admin.client_files.export(operator()), set_name, client_ids)
    document = export_document(found)
    click.echo(_json(document) if as_json else as_yaml(document), nl=as_json)


def _chosen(registered: Sequence[Client], set_name: str, client_ids: tuple[str, ...]) -> list[Client]:
    if client_ids:
        by_id = {str(client.client_id): client for client in registered}
        if missing := [name for name in client_ids if name not in by_id]:
            raise Refused(
                f"There is no client {', '.join(missing)}; `bridge client list` shows those there are."
            )
        return [by_id[name] for name in dict.fromkeys(client_ids)]
    found = [client for client in registered if not is_pruned(client)]
    if not set_name:
        return found
    return [client for client in found if client.managed_by and client.managed_by.set_name == set_name]


def _name(file: str) -> str:
    return "standard input.yaml" if file == STDIN else file


def _content(file: str) -> bytes:
    """What is in a file, or comes from standard input; no more than is read."""
    try:
        if file == STDIN:
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with Path(file).open("rb") as opened_file:
            return opened_file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Refused(f"{file} can't be read: {error.strerror}.") from None


def _saved_plan(admin: Administration, actor: Actor, content: bytes) -> Plan:
    """The plan as it would be made now; it has to be the one that was saved."""
    wanted, options, planned = opened(content)
    plan = admin.client_files.plan(actor, wanted, options, read_secret)
    check_same(plan, planned)
    return plan


def _save(path: Path, wanted: ClientFile, plan: Plan) -> None:
    try:
        path.write_text(saved(wanted, plan), encoding="utf-8")
    except OSError as error:
        raise Refused(f"{path} can't be written: {error.strerror}.") from None


def _carried_out(admin: Administration, actor: Actor, plan: Plan, reason: str, *, only_look: bool) -> int:
    """Does it, unless it is only to be looked at; the exit code."""
    if only_look:
        waits = plan.sensitive and not reason.strip()
        return AWAITS_APPROVAL if waits else CHANGES if plan.changes else 0
    try:
        admin.client_files.apply(actor, plan, reason=reason)
    except AwaitsApproval as waits:
        click.echo(str(waits), err=True)
        return AWAITS_APPROVAL
    return 0


def _tell_faults(faults: FileFaults, as_json: bool) -> None:
    if as_json:
        click.echo(_json({"faults": [fault.as_json() for fault in faults.faults]}))
    click.echo(str(faults), err=True)


def _tell(plan: Plan, code: int, as_json: bool) -> None:
    if as_json:
        click.echo(_json(plan.as_json() | {"applied": code == 0 and bool(plan.changes)}))
        return
    for entry in plan.entries:
        if entry.change is not None or entry.notes:
            click.echo("\n".join(_lines(entry, done=code == 0)))
    unchanged = sum(entry.change is None for entry in plan.entries)
    click.echo(f"{len(plan.changes)} to change, {unchanged} unchanged." if code else _done(plan, unchanged))
    if plan.left:
        click.echo(
            f"The set {plan.set_name} owns {', '.join(plan.left)} too, which the file does not name: "
            "--prune disables them.",
            err=True,
        )


def _done(plan: Plan, unchanged: int) -> str:
    return f"{len(plan.changes)} changed, {unchanged} unchanged." if plan.changes else "Nothing to do."


def _lines(entry: PlannedChange, *, done: bool) -> Iterator[str]:
    what = DONE.get(entry.action, "")
    told = what if done or not what else f"to be {what}"
    yield f"{SIGNS[entry.action]} {entry.client_id}  {_text(entry.name)}  {told}".rstrip()
    for diff in entry.diffs:
        yield f"    {_difference(entry, diff)}"
    if entry.sensitive:
        yield f"    sensitive: {', '.join(entry.sensitive)}"
    for note in entry.notes:
        yield f"    {note}"


def _difference(entry: PlannedChange, diff: FieldDiff) -> str:
    after = _text(diff.after)
    return (
        f"{diff.name}: {after}" if entry.action == "add" else f"{diff.name}: {_text(diff.before)} → {after}"
    )


def _text(value: Any) -> str:
    """A value on one line, without anything that a terminal would obey."""
    return json.dumps(value, ensure_ascii=False)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
