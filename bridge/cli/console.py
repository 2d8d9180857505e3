"""What all commands share: the settings they work with, and how they tell of trouble."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from bridge.errors import BridgeError, ConfigError, SealBroken, StoreUnavailable
from bridge.settings import Settings, load

Command = TypeVar("Command", bound=Callable[..., Any])
DEFAULT_FILE = Path("bridge.toml")
FAILED, WRONG_SETTINGS = 1, 2  # exit codes


class Group(click.Group):
    """A group whose commands tell of expected trouble in a sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            for fault in error.faults:
                click.echo(fault, err=True)
            sys.exit(WRONG_SETTINGS)
        except BridgeError as error:
            click.echo(sentence(error), err=True)
            sys.exit(FAILED)
        except BrokenPipeError:  # `bridge client list | head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(FAILED)


def sentence(error: BridgeError) -> str:
    """An error for the person at the console."""
    if isinstance(error, StoreUnavailable):
        return f"The database or Redis can't be used ({error}). Is it running, and `bridge db upgrade` done?"
    if isinstance(error, SealBroken):
        return "master_keys: none of them opens what the database holds; add the one that sealed it."
    return str(error)


def config_option(command: Command) -> Command:
    """The option that names the settings file."""
    return click.option(
        "--config",
        "config_file",
        type=click.Path(path_type=Path, dir_okay=False),
        envvar="BRIDGE_CONFIG",
        help="Settings file (TOML); without it bridge.toml, where there is one.",
    )(command)


def file_of(config_file: Path | None) -> Path | None:
    """The settings file that counts; None: the environment alone."""
    return config_file or (DEFAULT_FILE if DEFAULT_FILE.exists() else None)


def settings_of(config_file: Path | None) -> Settings:
    """The settings of a command. Raises ConfigError."""
    return load(file_of(config_file))
