"""`bridge admin`: who administers in the console."""

import json
import time
from pathlib import Path

import click

from bridge.cli.console import Group, Lazy, config_option, settings_of
from bridge.cli.operator import operator
from bridge.domain.administrator import ROLES, Administrator
from bridge.domain.encoding import digest
from bridge.manage import Administration
from bridge.manage.administrators import INVITATION_LIVES
from bridge.wiring.administration import administration

LOOK_EVERY = 1.0  # seconds


COMMANDS = {
    "invite": Lazy("bridge.cli.admin:invite", "Print a link that makes one person an administrator."),
    "confirm": Lazy("bridge.cli.admin:confirm", "Let somebody in who waits, by their code."),
    "list": Lazy("bridge.cli.admin:list_", "All administrators, and who waits to be confirmed."),
    "remove": Lazy("bridge.cli.admin:remove", "Remove an administrator; their sessions end at once."),
    "open": Lazy("bridge.cli.admin_open:open_", "Open the console in an emergency, without CamDigiKey."),
}


@click.group(cls=Group, lazy=COMMANDS)
def admin() -> None:
    """Who administers in the console, at /admin."""


@click.command()
@config_option
@click.option("--role", type=click.Choice(ROLES), default="owner", show_default=True)
@click.option("--client", "clients", multiple=True, help="An application of a maintainer; repeatable.")
@click.option("--wait/--no-wait", default=True, show_default=True, help="Wait for the person to come.")
def invite(config_file: Path | None, role: str, clients: tuple[str, ...], wait: bool) -> None:
    """Print a link that makes one person an administrator, good for fifteen minutes."""
    settings = settings_of(config_file)
    with administration(settings) as admin:
        token = admin.administrators.invite(operator(), role, clients)
        click.echo(f"{settings.issuer}/admin/invitation/{token}")
        if not wait:
            return
        click.echo("Send them this link. Waiting for them; after Ctrl-C an owner has to confirm …", err=True)
        person = _await_person(admin, digest(token))
        if person is None:
            raise click.ClickException("Nobody accepted the invitation in time: make a new one.")
        click.echo(f"{_name(person)} accepted it, and is shown a code. Let them tell it to you.", err=True)
        code = click.prompt("Their code (empty: refuse them)", default="", show_default=False, err=True)
        if code:
            _confirm(admin, person.id, code)
        else:
            admin.administrators.remove(operator(), person.id)
            click.echo("They were refused.", err=True)


@click.command(context_settings={"ignore_unknown_options": True})  # an id may begin with a hyphen
@config_option
@click.argument("administrator_id")
@click.argument("code")
def confirm(config_file: Path | None, administrator_id: str, code: str) -> None:
    """Let somebody in who waits, by their code."""
    with administration(settings_of(config_file)) as admin:
        _confirm(admin, administrator_id, code)


@click.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
def list_(config_file: Path | None, as_json: bool) -> None:
    """All administrators, and who waits to be confirmed."""
    with administration(settings_of(config_file)) as admin:
        found = admin.administrators.all(operator())
    if as_json:
        click.echo(json.dumps([_as_json(person) for person in found], ensure_ascii=False, indent=2))
    elif not found:
        click.echo("Nobody administers yet. `bridge admin invite --role owner` makes the first one.")
    else:
        for person in found:
            click.echo(f"{person.id}  {person.role:<10}  {person.state:<7}  {person.name}")


@click.command(context_settings={"ignore_unknown_options": True})  # an id may begin with a hyphen
@config_option
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.argument("administrator_id")
def remove(config_file: Path | None, yes: bool, administrator_id: str) -> None:
    """Remove an administrator; their sessions in the console end at once."""
    with administration(settings_of(config_file)) as admin:
        person = admin.administrators.get(operator(), administrator_id)
        if not yes:
            click.confirm(f"Remove {_name(person)} ({person.role})?", abort=True, err=True)
        admin.administrators.remove(operator(), administrator_id)
    click.echo(f"{administrator_id} administers no more.")


def _confirm(admin: Administration, administrator_id: str, code: str) -> None:
    person = admin.administrators.confirm(operator(), administrator_id, "".join(code.split()))
    click.echo(f"{_name(person)} is {person.role} now.", err=True)


def _name(person: Administrator) -> str:
    return person.name or f"Somebody without a name ({person.id})"


def _await_person(admin: Administration, invitation: str) -> Administrator | None:
    """Who accepts the invitation of this hash; None where nobody does while it is good."""
    for _ in range(int(INVITATION_LIVES / LOOK_EVERY)):
        for person in admin.administrators.all(operator()):
            if person.state == "pending" and person.invitation == invitation:
                return person
        time.sleep(LOOK_EVERY)
    return None


def _as_json(person: Administrator) -> dict[str, object]:
    return {
        "id": person.id,
        "name": person.name,
        "role": person.role,
        "state": person.state,
        "clients": list(person.clients),
        "created_at": person.created_at,
        "last_sign_in_at": person.last_sign_in_at,
    }
