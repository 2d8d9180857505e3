"""`bridge db`: the database's tables."""

from pathlib import Path

import click

from bridge import wiring
from bridge.cli.console import config_option, settings_of


@click.group()
def db() -> None:
    """The database."""


@db.command()
@config_option
def upgrade(config_file: Path | None) -> None:
    """Bring the tables up to date. `bridge run` does it by itself."""
    wiring.upgrade(settings_of(config_file))
    click.echo("The tables are up to date.")
