"""`bridge db`: the database's tables."""

from pathlib import Path

import click

from bridge.cli.console import config_option, settings_of
from bridge.wiring import database


@click.group()
def db() -> None:
    """The database."""


@db.command()
@config_option
def upgrade(config_file: Path | None) -> None:
    """Bring the tables up to date. `bridge run` does it by itself."""
    database.upgrade(settings_of(config_file))
    click.echo("The tables are up to date.")
