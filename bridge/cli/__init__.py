"""The command `bridge`: run it, try it, and administer it. A command parses, calls one function, and prints.

Owns: options, what is printed, exit codes (0 done, 1 it could not be done, 2 the settings or options are
wrong), and the order of a start in `run`. Leaves to others: what a command does (`manage`), and with what
(`wiring`). Trouble that can be expected is told in a sentence, never as a traceback.
"""

import click

import bridge
from bridge.cli.console import Group

COMMANDS = {
    "run": "bridge.cli.run:run",
    "demo": "bridge.cli.demo:demo",
    "simulator": "bridge.cli.simulator:simulator",
    "client": "bridge.cli.client:client",
    "keys": "bridge.cli.keys:keys",
    "db": "bridge.cli.db:db",
    "config": "bridge.cli.config:config",
    "demo-world": "bridge.cli.demo_world:world",
}


@click.group(
    cls=Group,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(bridge.__version__, prog_name="bridge")
def main() -> None:
    """Sign people in with CamDigiKey at any application that speaks OpenID Connect."""
