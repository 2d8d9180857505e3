"""The command `bridge`: run it, try it, and administer it. A command parses, calls one function, and prints.

Owns: options, what is printed, exit codes (0 done, 1 it could not be done, 2 the settings or options are
wrong, 3 it awaits approval; `client apply` has its own, in its help), and the order of a start in `run`.
Expected errors are printed as a sentence, never as a traceback.
Leaves to others: what a command does (`manage`), and with which stores (`wiring`).
"""

import os

import click

import bridge
from bridge.cli.console import Group, Lazy, global_config_option

COMMANDS = {
    "run": Lazy(
        "bridge.cli.run:run", "Serve, until Ctrl-C or SIGTERM; requests under way are finished first."
    ),
    "demo": Lazy("bridge.cli.demo:demo", "Show a whole sign-in on this machine, without a setting to make."),
    "simulator": Lazy("bridge.cli.simulator:simulator", "Run a pretend CamDigiKey until Ctrl-C."),
    "client": Lazy("bridge.cli.client:client", "Applications that may sign people in."),
    "admin": Lazy("bridge.cli.admin:admin", "Who administers in the console, at /admin."),
    "approvals": Lazy("bridge.cli.approvals:approvals", "Changes that a second person has to look at."),
    "audit": Lazy("bridge.cli.audit:audit", "What administrators did, and whether its record is whole."),
    "people": Lazy("bridge.cli.people:people", "A person's sign-ins, grants and consent."),
    "keys": Lazy("bridge.cli.keys:keys", "Signing keys, master keys, and keys of hashes."),
    "jobs": Lazy("bridge.cli.jobs:jobs", "What was done in the background, and what waits to be sent."),
    "db": Lazy("bridge.cli.db:db", "The database."),
    "config": Lazy("bridge.cli.config:config", "The settings."),
    "demo-world": Lazy("bridge.cli.demo_world:world"),
}


@click.group(
    cls=Group,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(bridge.__version__, prog_name="bridge")
@global_config_option
def main() -> None:
    """Sign people in with CamDigiKey at any application that speaks OpenID Connect."""
    os.umask(0o077)  # other users must not read the files that we write
