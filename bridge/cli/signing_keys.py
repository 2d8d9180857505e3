"""`bridge keys list`, `rotate` and `remove`: the signing keys."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from bridge.cli.console import config_option, settings_of
from bridge.cli.operator import operator
from bridge.domain.client import SIGNING_ALGS, SigningAlg
from bridge.ports.keys import SigningKey
from bridge.wiring.administration import administration


@click.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
def list_(config_file: Path | None, as_json: bool) -> None:
    """All signing keys, newest first."""
    with administration(settings_of(config_file)) as admin:
        found = admin.keys.all(operator())
        now = admin.clock()
    if as_json:
        rows = [
            {"kid": key.kid, "alg": key.alg, "created_at": key.created_at, "retired_at": key.retired_at}
            for key in found
        ]
        click.echo(json.dumps(rows, indent=2))
    elif not found:
        click.echo("No key yet: the first start of `bridge run` makes them.")
    else:
        for key in found:
            click.echo(f"{key.kid}  {key.alg:<5}  made {_day(key.created_at)}  {_state(key, now)}")


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
@click.option("--alg", type=click.Choice(SIGNING_ALGS), default="RS256", show_default=True)
@click.option("--at-once", is_flag=True, help="Sign with the new one now: for a key that leaked.")
def rotate(config_file: Path | None, as_json: bool, alg: SigningAlg, at_once: bool) -> None:
    """Make a new signing key; the one before retires, and stays published."""
    with administration(settings_of(config_file)) as admin:
        keys = admin.keys.all(operator())
        at_once = at_once or not any(key.alg == alg and key.retired_at is None for key in keys)
        kid = admin.keys.rotate(operator(), alg, at_once=at_once)
    if as_json:
        click.echo(json.dumps({"kid": kid, "alg": alg, "signs_at_once": at_once}, indent=2))
        return
    click.echo(f"{kid} " + ("signs now." if at_once else "is published now, and signs in five minutes."))
    if at_once:
        for key in keys:
            if key.alg == alg:
                click.echo(
                    f"If {key.kid} leaked: `bridge keys remove {key.kid}` ends what it signed.", err=True
                )


@click.command(context_settings={"ignore_unknown_options": True})  # a kid may begin with a hyphen
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.argument("kid")
def remove(config_file: Path | None, as_json: bool, yes: bool, kid: str) -> None:
    """Publish a retired key no more: for one that leaked. Nothing that it signed counts after that."""
    with administration(settings_of(config_file)) as admin:
        found = admin.keys.removable(operator(), kid)
        if not yes:
            click.confirm(f"Remove {kid} ({found.alg}) and all trust in it?", abort=True, err=True)
        admin.keys.remove(operator(), kid)
    message = f"{kid} is removed; who read our keys before knows it for up to five minutes."
    click.echo(json.dumps({"removed": kid}) if as_json else message)


def _state(key: SigningKey, now: float) -> str:
    if key.retired_at is None:
        return "active"
    return f"{'retires' if key.retired_at > now else 'retired'} {_day(key.retired_at)}"


def _day(instant: int) -> str:
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%d %H:%M UTC")
