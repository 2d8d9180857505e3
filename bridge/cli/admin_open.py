"""`bridge admin open`: the console in an emergency."""

import signal
from pathlib import Path

import click

from bridge.cli.console import config_option, settings_of
from bridge.cli.operator import operator
from bridge.wiring import break_glass

ENDING = (signal.SIGINT, signal.SIGTERM)  # also where it was started by a script, which has Ctrl-C ignored


@click.command("open")
@config_option
@click.option("--reason", required=True, help="Why it is needed; owners are told, and it is recorded.")
@click.option("--port", type=click.IntRange(0, 65535), default=8091, show_default=True)
def open_(config_file: Path | None, reason: str, port: int) -> None:
    """Open the console in an emergency: on this machine alone, for half an hour, without CamDigiKey.

    It prints a link that is good once. It needs SQL and the master key, and neither CamDigiKey nor Redis.
    """
    before = {number: signal.signal(number, _stop) for number in ENDING}
    try:
        _serve(config_file, reason, port)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    click.echo("The console is closed.", err=True)


def _serve(config_file: Path | None, reason: str, port: int) -> None:
    with break_glass.opened_console(settings_of(config_file), operator(), reason, port) as opened:
        click.echo(opened.link)
        click.echo(
            "Open this link in a browser on this machine, or through a tunnel (ssh -L). It is good once, and "
            "the console is open for half an hour. Ctrl-C closes it. Every owner is told.",
            err=True,
        )
        try:
            opened.wait()
        except KeyboardInterrupt:
            pass


def _stop(*_: object) -> None:
    raise KeyboardInterrupt
