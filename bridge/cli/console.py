"""What all commands share: the settings they work with, and how they tell of trouble."""

import importlib
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from bridge.errors import BridgeError, ConfigError, SealBroken, StoreUnavailable
from bridge.settings import Settings, load

Command = TypeVar("Command", bound=Callable[..., Any])
DEFAULT_FILE = Path("bridge.toml")
FAILED, WRONG_SETTINGS = 1, 2  # exit codes


class Group(click.Group):
    """A group whose commands are loaded when they are asked for, and tell of expected trouble in a sentence.

    `lazy`: the commands by name, each as `module:attribute`. None waits for what only another one needs.
    """

    def __init__(self, *args: Any, lazy: Mapping[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        if cmd_name not in self._lazy:
            return None
        module, _, attribute = self._lazy[cmd_name].partition(":")
        found: click.Command = getattr(importlib.import_module(module), attribute)
        return found

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
