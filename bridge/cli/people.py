"""`bridge people`: what lives of a person, found by the sub of one application, and ending it."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from bridge.cli.console import config_option, settings_of
from bridge.cli.operator import operator
from bridge.manage.people import FoundPerson, LiveGrant, LiveSession, WholePerson
from bridge.wiring.people import people_administration

CLIENT, SUB = click.argument("client"), click.argument("sub")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
REASON = click.option("--reason", required=True, help="Why: it is recorded, and the person can read it.")


@click.group()
def people() -> None:
    """A person's sign-ins, grants and consent.

    They are found by the SUB that one application (CLIENT, its id) knows them by. Every look is recorded; a
    look at all applications takes a reason.
    """


@people.command()
@config_option
@CLIENT
@SUB
@AS_JSON
def find(config_file: Path | None, client: str, sub: str, as_json: bool) -> None:
    """What lives of a person at this application."""
    with people_administration(settings_of(config_file)) as people:
        found = people.find(operator(), client, sub)
    if as_json:
        click.echo(json.dumps(_fields(found), indent=2))
        return
    _print(found.sessions, found.grants)
    if found.consent is not None:
        click.echo(f"consent  {_at(found.consent.granted_at)}  {' '.join(sorted(found.consent.scope))}")


@people.command()
@config_option
@CLIENT
@SUB
@REASON
@AS_JSON
def everywhere(config_file: Path | None, client: str, sub: str, reason: str, as_json: bool) -> None:
    """What lives of a person at all applications."""
    with people_administration(settings_of(config_file)) as people:
        whole = people.everywhere(operator(), client, sub, reason)
    if as_json:
        click.echo(json.dumps(_fields(whole), indent=2))
        return
    _print(whole.sessions, whole.grants)


@people.command("end-session")
@config_option
@CLIENT
@SUB
@click.argument("sid")
def end_session(config_file: Path | None, client: str, sub: str, sid: str) -> None:
    """End a sign-in that this application uses, by its SID, for all applications."""
    with people_administration(settings_of(config_file)) as people:
        people.end_session(operator(), client, sub, sid)
    click.echo("Ended.")


@people.command("end-grants")
@config_option
@CLIENT
@SUB
def end_grants(config_file: Path | None, client: str, sub: str) -> None:
    """End all that this application has of a person, offline access too."""
    with people_administration(settings_of(config_file)) as people:
        people.end_grants(operator(), client, sub)
    click.echo("Ended.")


@people.command("withdraw-consent")
@config_option
@CLIENT
@SUB
def withdraw_consent(config_file: Path | None, client: str, sub: str) -> None:
    """Forget what a person agreed to give this application."""
    with people_administration(settings_of(config_file)) as people:
        people.withdraw_consent(operator(), client, sub)
    click.echo("Withdrawn.")


@people.command("end-everywhere")
@config_option
@CLIENT
@SUB
@REASON
def end_everywhere(config_file: Path | None, client: str, sub: str, reason: str) -> None:
    """End all sign-ins of a person, and all that any application has of them."""
    with people_administration(settings_of(config_file)) as people:
        people.end_everywhere(operator(), client, sub, reason)
    click.echo("Ended.")


def _fields(found: FoundPerson | WholePerson) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "sessions": [
            {"sid": session.sid, "auth_time": session.auth_time, "clients": session.client_ids}
            for session in found.sessions
        ],
        "grants": [
            {
                "client_id": grant.client_id,
                "created_at": grant.created_at,
                "scope": grant.scope,
                "offline": grant.offline,
            }
            for grant in found.grants
        ],
    }
    if isinstance(found, FoundPerson):
        consent = found.consent
        agreed = consent and {"granted_at": consent.granted_at, "scope": sorted(consent.scope)}
        fields = {"client_id": found.client_id, "sub": found.sub, **fields, "consent": agreed}
    return fields


def _print(sessions: Sequence[LiveSession], grants: Sequence[LiveGrant]) -> None:
    for session in sessions:
        click.echo(f"session  {_at(session.auth_time)}  {session.sid}  {' '.join(session.client_ids)}")
    for grant in grants:
        kind = "offline" if grant.offline else "session"
        click.echo(f"grant    {_at(grant.created_at)}  {grant.client_id}  {kind}  {' '.join(grant.scope)}")


def _at(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
