"""`bridge keys use`, `reseal` and `renew`: master keys, and the keys of hashes."""

import json
from pathlib import Path

import click

from bridge.cli.console import config_option, settings_of
from bridge.cli.operator import operator
from bridge.domain.lasting_keys import HANDOVER, HASHING_KEYS
from bridge.wiring.administration import key_administration


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
@click.argument("key_id", required=False)
def use(config_file: Path | None, as_json: bool, key_id: str | None) -> None:
    """Seal with this master key from now on.

    Without KEY_ID with the new one that there is. Every instance that serves has to know it already.
    """
    with key_administration(settings_of(config_file)) as keys:
        used = keys.master.use(operator(), key_id)
    if as_json:
        click.echo(json.dumps({"used": used}, indent=2))
        return
    click.echo(f"{used} seals from now on, on every instance within seconds.")
    click.echo("Keep the earlier one in master_keys: `bridge keys status` says how long.", err=True)


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
def reseal(config_file: Path | None, as_json: bool) -> None:
    """Seal anew what rests in SQL under earlier keys; what runs does the same every minute."""
    with key_administration(settings_of(config_file)) as keys:
        rows = keys.master.reseal(operator())
    click.echo(json.dumps({"resealed": rows}, indent=2) if as_json else f"{rows} rows were sealed anew.")


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
@click.argument("name", type=click.Choice([row.name for row in HASHING_KEYS]))
def renew(config_file: Path | None, as_json: bool, name: str) -> None:
    """Make a new key for hashes: of clients' secrets, or of forms. What the last one hashed still counts."""
    with key_administration(settings_of(config_file)) as keys:
        number = keys.hashing.renew(operator(), name)
    if as_json:
        click.echo(json.dumps({"key": name, "number": number, "hashes_in": HANDOVER}, indent=2))
    else:
        click.echo(f"Key {number} of {name} hashes in {HANDOVER} seconds, when every process has read it.")
