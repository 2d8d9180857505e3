"""The command `bridge`: run it, try it, and administer it. A command parses, calls one function, and prints.

Owns: options, what is printed, exit codes (0 done, 1 it could not be done, 2 the settings or options are
wrong), and the order of a start in `run`. Leaves to others: what a command does (`manage`), and with what
(`wiring`). Trouble that can be expected is told in a sentence, never as a traceback.
"""

import click

import bridge
from bridge.cli.client import client
from bridge.cli.config import config
from bridge.cli.console import Group
from bridge.cli.db import db
from bridge.cli.demo import demo
from bridge.cli.keys import keys
from bridge.cli.run import run
from bridge.cli.simulator import simulator


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(bridge.__version__, prog_name="bridge")
def main() -> None:
    """Sign people in with CamDigiKey at any application that speaks OpenID Connect."""


for command in (run, demo, simulator, client, keys, db, config):
    main.add_command(command)
