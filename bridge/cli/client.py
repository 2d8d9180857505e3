"""`bridge client`: the applications that may sign people in."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from bridge.cli.approvals_told import awaiting, reason_option
from bridge.cli.client_deleted import print_deleted
from bridge.cli.client_files import apply, export
from bridge.cli.client_options import add_options, edit_options, given
from bridge.cli.client_people import people
from bridge.cli.client_snippet import guides_command, snippet
from bridge.cli.console import config_option, settings_of
from bridge.cli.operator import operator
from bridge.domain.client import Client
from bridge.domain.client_metadata import as_metadata
from bridge.domain.ids import ClientId
from bridge.manage import Registered
from bridge.manage.client_advice import advice
from bridge.manage.metadata_page import client_metadata_page
from bridge.wiring.administration import administration

dry_run_option = click.option("--dry-run", is_flag=True, help="Only look whether it could be done.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")


@click.group()
def client() -> None:
    """Applications that may sign people in."""


client.add_command(apply)
client.add_command(export)
client.add_command(people)
client.add_command(snippet)
client.add_command(guides_command)


@client.command()
@config_option
@json_option
@dry_run_option
@reason_option
@add_options
def add(config_file: Path | None, as_json: bool, dry_run: bool, reason: str, **options: Any) -> None:
    """Register an application; its secret is shown this once."""
    fields = {"client_id": ClientId(""), "client_name": "", "redirect_uris": (), **given(options)}
    with administration(settings_of(config_file)) as admin, awaiting(as_json):
        registered = admin.clients.add(operator(), Client(**fields), dry_run=dry_run, reason=reason)
    if dry_run:
        _show(replace(registered.client, secret_hashes=()), as_json)
        return
    _show_registered(registered, settings_of(config_file).issuer, as_json)
    if told := advice(registered.client):
        click.echo(told, err=True)


@client.command("list")
@config_option
@json_option
@click.option("--deleted", is_flag=True, help="Those that were deleted, and can be restored.")
def list_(config_file: Path | None, as_json: bool, deleted: bool) -> None:
    """All applications."""
    with administration(settings_of(config_file)) as admin:
        if deleted:
            print_deleted(admin, as_json)
            return
        found = admin.clients.all(operator())
    if as_json:
        click.echo(json.dumps([as_metadata(client) for client in found], ensure_ascii=False, indent=2))
    elif not found:
        click.echo("No application yet. `bridge client add --name … --redirect-uri …` registers one.")
    else:
        _print_table(found)


@client.command()
@config_option
@json_option
@click.argument("client_id")
def show(config_file: Path | None, as_json: bool, client_id: str) -> None:
    """One application, with all its fields."""
    with administration(settings_of(config_file)) as admin:
        _show(admin.clients.get(operator(), client_id), as_json)


@client.command()
@config_option
@json_option
@dry_run_option
@reason_option
@click.option("--take-over", is_flag=True, help="From the file that manages it (`bridge client apply`).")
@click.argument("client_id")
@edit_options
def edit(
    config_file: Path | None,
    as_json: bool,
    dry_run: bool,
    reason: str,
    take_over: bool,
    client_id: str,
    **options: Any,
) -> None:
    """Change an application. A list that is given takes the place of the one before; "" empties it."""
    changes = given(options)
    if not changes and not take_over:
        raise click.UsageError("Say what to change; `bridge client edit --help` lists the options.")
    with administration(settings_of(config_file)) as admin, awaiting(as_json):
        before = admin.clients.get(operator(), client_id)
        changed = admin.clients.edit(
            operator(), client_id, changes, take_over=take_over, dry_run=dry_run, reason=reason
        )
    _show(changed, as_json)
    if changed.subject_type != before.subject_type:
        click.echo("Its subject type changed: it knows everybody by another sub from now on.", err=True)
    if not changed.public and not changed.secret_hashes:
        click.echo(f"It has no secret yet: `bridge client rotate-secret {client_id}` makes one.", err=True)


@client.command("rotate-secret")
@config_option
@json_option
@reason_option
@click.option("--at-once", is_flag=True, help="The secrets before are dead now, not after the next rotation.")
@click.argument("client_id")
def rotate_secret(
    config_file: Path | None, as_json: bool, reason: str, at_once: bool, client_id: str
) -> None:
    """Make a new secret, shown this once; the one before works on until the next rotation."""
    with administration(settings_of(config_file)) as admin, awaiting(as_json):
        registered = admin.clients.rotate_secret(operator(), client_id, at_once=at_once, reason=reason)
    _show_registered(registered, settings_of(config_file).issuer, as_json)


@client.command()
@config_option
@json_option
@click.argument("client_id")
def disable(config_file: Path | None, as_json: bool, client_id: str) -> None:
    """Keep an application out, without forgetting it. It takes a few seconds."""
    with administration(settings_of(config_file)) as admin:
        _show(admin.clients.set_enabled(operator(), client_id, False), as_json)


@client.command()
@config_option
@json_option
@click.argument("client_id")
def enable(config_file: Path | None, as_json: bool, client_id: str) -> None:
    """Let an application in again."""
    with administration(settings_of(config_file)) as admin:
        _show(admin.clients.set_enabled(operator(), client_id, True), as_json)


@client.command()
@config_option
@json_option
@dry_run_option
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.argument("client_id")
def delete(config_file: Path | None, as_json: bool, dry_run: bool, yes: bool, client_id: str) -> None:
    """Delete an application, with what people agreed to give it. `restore` takes it back, for seven days."""
    with administration(settings_of(config_file)) as admin:
        found = admin.clients.get(operator(), client_id)
        if not yes and not dry_run:
            click.confirm(
                f"Delete {found.client_name} ({client_id}) and all consents to it?", abort=True, err=True
            )
        admin.clients.delete(operator(), client_id, dry_run=dry_run)
    told = f"{client_id} would be deleted." if dry_run else f"{client_id} is deleted."
    answer = {"would_delete" if dry_run else "deleted": client_id}
    click.echo(json.dumps(answer) if as_json else told)
    if not dry_run and not as_json:
        click.echo(f"For seven days `bridge client restore {client_id}` takes it back.", err=True)


@client.command()
@config_option
@json_option
@reason_option
@click.argument("client_id")
def restore(config_file: Path | None, as_json: bool, reason: str, client_id: str) -> None:
    """Take a deleted application back, with a new secret, shown this once. Its tokens stay dead."""
    with administration(settings_of(config_file)) as admin:
        registered = admin.deleted_clients.restore(operator(), client_id, reason=reason)
    _show_registered(registered, settings_of(config_file).issuer, as_json)
    if registered.left_out:
        click.echo(f"Left out, to be approved anew: {' '.join(registered.left_out)}.", err=True)


@client.command("fields")
def fields() -> None:
    """All that is registered of an application, as the page of the documents (Markdown)."""
    click.echo(client_metadata_page(), nl=False)


def _show(shown: Client, as_json: bool) -> None:
    fields = as_metadata(shown)
    if as_json:
        click.echo(json.dumps(fields, ensure_ascii=False, indent=2))
        return
    width = max(map(len, fields))
    for name, value in fields.items():
        click.echo(f"{name:<{width}}  {_cell_text(value)}".rstrip())


def _cell_text(value: Any) -> str:
    if isinstance(value, dict):
        return "  ".join(f"{name}={part}" for name, part in value.items())
    if isinstance(value, tuple | list):
        return "  ".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _show_registered(registered: Registered, issuer: str, as_json: bool) -> None:
    made, discovery = registered.client, issuer + "/.well-known/openid-configuration"
    if as_json:
        fields = as_metadata(made) | {"discovery": discovery}
        if registered.secret is not None:
            fields["client_secret"] = registered.secret
        click.echo(json.dumps(fields, ensure_ascii=False, indent=2))
        return
    click.echo(f"client_id      {made.client_id}")
    if registered.secret is not None:
        click.echo(f"client_secret  {registered.secret}")
    click.echo(f"discovery      {discovery}")
    if registered.secret is not None:
        click.echo("Keep the secret now: it is not shown again.", err=True)


def _print_table(clients: Sequence[Client]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("client_id", no_wrap=True)  # to be copied
    for title in ("name", "proves itself by", "redirect URIs", ""):
        table.add_column(title, overflow="fold")
    for registered in clients:
        table.add_row(
            registered.client_id,
            registered.client_name,
            registered.token_endpoint_auth_method,
            "\n".join(registered.redirect_uris),
            "" if registered.enabled else "disabled",
        )
    Console(soft_wrap=False).print(table, markup=False)
