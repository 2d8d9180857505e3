"""`bridge run`: checks the settings, updates the tables, starts Valkey and the workers, and ends them."""

import os
import signal
import sys
from pathlib import Path

import click

from bridge import parent_death
from bridge.cli.console import config_option, file_of
from bridge.settings import Settings, load
from bridge.wiring import checks, database, serving


@click.command()
@config_option
@click.option("--parent", type=int, hidden=True, help="The demo's: wait for the end of standard input.")
def run(config_file: Path | None, parent: int | None) -> None:
    """Serve, until Ctrl-C or SIGTERM; requests under way are finished first."""
    if parent is not None:
        parent_death.end_with(parent, signal.SIGTERM)
        sys.stdin.read()  # before that, the simulator may not have written partner.json
    file = file_of(config_file)
    serve(load(file), file)


def serve(settings: Settings, file: Path | None) -> None:
    """Serve until a signal ends it. Raises ConfigError, StoreUnavailable, CannotListen, GaveUp."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)  # later the server sets its own handlers
    try:
        serving.prepare_to_serve(settings)
        database.upgrade(settings)
        for failure in checks.check_before_start(settings):
            if failure.store == "SQL":  # no worker starts without it
                raise failure
            # Without Redis it serves what it can, and /readyz says that it is not ready.
            click.echo(f"{failure.sentence} Starting all the same.", err=True)
        for sentence in checks.advice(settings):
            click.echo(sentence, err=True)
        with serving.redis_server(settings) as redis_url:
            _tell_workers(file, redis_url)
            serving.serve(
                settings, lambda: click.echo(f"Listening on {_address(settings)}, as {settings.issuer}")
            )
    except KeyboardInterrupt:
        click.echo("Stopped before it served.", err=True)


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def _tell_workers(file: Path | None, redis_url: str) -> None:
    """Put into the environment, which workers inherit, where they find the settings and Redis."""
    if file is not None:
        os.environ["BRIDGE_CONFIG"] = str(file.absolute())
    os.environ["BRIDGE_REDIS__URL"] = redis_url
    os.environ.pop("BRIDGE_REDIS__URL_FILE", None)


def _address(settings: Settings) -> str:
    host = settings.server.host
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.server.port}"
