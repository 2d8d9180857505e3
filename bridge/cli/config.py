"""`bridge config`: prints the settings and where each comes from, or checks them."""

import os
import sys
from pathlib import Path

import click

from bridge.cli.console import FAILED, config_option, file_of, settings_of
from bridge.settings import settings_hints, settings_in_force
from bridge.wiring import asking, checks


@click.group()
def config() -> None:
    """The settings."""


@config.command("check")
@config_option
@click.option(
    "--ask-camdigikey", is_flag=True, help="Ask CamDigiKey for a login token too, and say what it answered."
)
def check_settings(config_file: Path | None, ask_camdigikey: bool) -> None:
    """Tell of every fault at once; Redis and the database are asked, nothing is started or made."""
    settings = settings_of(config_file)
    failures = checks.check_before_start(settings)
    told = [*(failure.sentence for failure in failures), *settings_hints(settings)]
    for sentence in told:
        click.echo(sentence, err=True)
    if told:
        sys.exit(FAILED)
    click.echo("The settings are right.")
    answers = asking.ask_camdigikey(settings) if ask_camdigikey else ()
    for answered in answers:
        click.echo(answered.sentence, err=not answered.works)
    if not all(answered.works for answered in answers):
        raise click.exceptions.Exit(FAILED)


@config.command()
@config_option
def show(config_file: Path | None) -> None:
    """Every setting, and where it comes from; secrets as ***."""
    rows = settings_in_force(settings_of(config_file), file_of(config_file), os.environ)
    width = max(len(f"{row.path} = {row.value}") for row in rows if len(row.value) < 40)
    for row in rows:
        click.echo(f"{f'{row.path} = {row.value}':<{width}}  # {row.origin}")
