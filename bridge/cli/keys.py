"""`bridge keys`: signing keys, master keys and keys of hashes.

A new master key needs no settings and no database.
"""

import base64
import os

import click

from bridge.cli.console import Group, Lazy

COMMANDS = {
    "status": Lazy("bridge.cli.key_status:status", "Which keys are in use where, and what is to do next."),
    "list": Lazy("bridge.cli.signing_keys:list_", "All signing keys, newest first."),
    "rotate": Lazy("bridge.cli.signing_keys:rotate", "Make a new signing key; the one before retires."),
    "remove": Lazy("bridge.cli.signing_keys:remove", "Publish a retired key no more: for one that leaked."),
    "master": Lazy("bridge.cli.keys:master", "Print a new master key, for `master_keys`."),
    "use": Lazy("bridge.cli.lasting_keys:use", "Seal with this master key from now on."),
    "reseal": Lazy("bridge.cli.lasting_keys:reseal", "Seal anew what rests in SQL under earlier keys."),
    "renew": Lazy("bridge.cli.lasting_keys:renew", "Make a new key for hashes."),
}


@click.group(cls=Group, lazy=COMMANDS)
def keys() -> None:
    """Signing keys, master keys, and keys of hashes."""


@click.command()
def master() -> None:
    """Print a new master key, for `master_keys` of every instance. It seals after `bridge keys use`."""
    click.echo(base64.b64encode(os.urandom(32)).decode())
