"""`bridge keys`: signing keys, and new master keys, which need no settings and no database."""

import base64
import os

import click

from bridge.cli.console import Group, Lazy

COMMANDS = {
    "list": Lazy("bridge.cli.signing_keys:list_", "All signing keys, newest first."),
    "rotate": Lazy("bridge.cli.signing_keys:rotate", "Make a new signing key; the one before retires."),
    "remove": Lazy("bridge.cli.signing_keys:remove", "Publish a retired key no more: for one that leaked."),
    "master": Lazy("bridge.cli.keys:master", "Print a new master key, for `master_keys`."),
}


@click.group(cls=Group, lazy=COMMANDS)
def keys() -> None:
    """Signing keys and master keys."""


@click.command()
def master() -> None:
    """Print a new master key, for `master_keys`. Put it before the others; keep those."""
    click.echo(base64.b64encode(os.urandom(32)).decode())
