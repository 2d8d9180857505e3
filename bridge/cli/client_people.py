"""`bridge client people`: who may use an application that only listed people may."""

import json
from pathlib import Path

import click

from bridge.cli.console import config_option, settings_of
from bridge.domain.client_people import ClientPerson
from bridge.manage import OPERATOR
from bridge.wiring.administration import administration

# An id may begin with a hyphen.
PERSON = {"ignore_unknown_options": True}
roles_option = click.option("--role", "roles", multiple=True, help="The application is told; repeatable.")


@click.group()
def people() -> None:
    """Who may use an application that only listed people may (`--access listed`)."""


@people.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
@click.argument("client_id")
def list_(config_file: Path | None, as_json: bool, client_id: str) -> None:
    """Who may use it, and who waits to be let in."""
    with administration(settings_of(config_file)) as admin:
        found = admin.listed_people.all(OPERATOR, client_id)
    if as_json:
        click.echo(json.dumps([_as_json(person) for person in found], ensure_ascii=False, indent=2))
    elif not found:
        click.echo(f"Nobody yet. `bridge client people invite {client_id}` prints a link for somebody.")
    else:
        for person in found:
            told = " ".join(filter(None, (person.code and f"code {person.code}", *person.roles)))
            click.echo(f"{person.id}  {person.state:<7}  {person.name}  {told}".rstrip())


@people.command()
@config_option
@roles_option
@click.argument("client_id")
def invite(config_file: Path | None, roles: tuple[str, ...], client_id: str) -> None:
    """Print a link for one person, good for seven days. Who accepts it waits until `approve`."""
    settings = settings_of(config_file)
    with administration(settings) as admin:
        token = admin.listed_people.invite(OPERATOR, client_id, roles)
    click.echo(f"{settings.issuer}/join/{token}")


@people.command(context_settings=PERSON)
@config_option
@click.argument("client_id")
@click.argument("person_id")
def approve(config_file: Path | None, client_id: str, person_id: str) -> None:
    """Let somebody in who waits."""
    with administration(settings_of(config_file)) as admin:
        person = admin.listed_people.approve(OPERATOR, client_id, person_id)
    click.echo(f"{person.name or person_id} may use {client_id}.")


@people.command(context_settings=PERSON)
@config_option
@roles_option
@click.argument("client_id")
@click.argument("person_id")
def roles(config_file: Path | None, roles: tuple[str, ...], client_id: str, person_id: str) -> None:
    """Give somebody these roles in place of those before; without --role none."""
    with administration(settings_of(config_file)) as admin:
        person = admin.listed_people.set_roles(OPERATOR, client_id, person_id, roles)
    click.echo(f"{person.name or person_id}: {' '.join(person.roles) or 'no roles'}")


@people.command(context_settings=PERSON)
@config_option
@click.argument("client_id")
@click.argument("person_id")
def remove(config_file: Path | None, client_id: str, person_id: str) -> None:
    """Let somebody in no more, and end all that they let the application have (Redis has to be there)."""
    with administration(settings_of(config_file)) as admin:
        admin.listed_people.remove(OPERATOR, client_id, person_id)
    click.echo(f"{person_id} may use {client_id} no more.")


def _as_json(person: ClientPerson) -> dict[str, object]:
    return {
        "id": person.id,
        "name": person.name,
        "state": person.state,
        "roles": list(person.roles),
        "joined_at": person.joined_at,
        "code": person.code or None,
    }
