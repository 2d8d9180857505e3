"""What all commands share: reading the settings, reporting errors, loading commands when they are used."""

import gc
import importlib
import io
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click
from click.core import ParameterSource

from bridge.errors import BridgeError, ConfigError, SealBroken, StoreUnavailable
from bridge.settings import Settings, load

Command = TypeVar("Command", bound=Callable[..., Any])
DEFAULT_FILE = Path("bridge.toml")
FAILED, WRONG_SETTINGS = 1, 2  # exit codes


class Lazy(NamedTuple):
    """A command whose module is imported when the command is used."""

    target: str  # module:attribute
    about: str = ""  # its line in the group's help; empty: hidden


class Group(click.Group):
    """A group that imports a command's module when the command is used, and prints expected errors.

    The modules import everything that they need, which takes up to a second. So a command imports its own
    module alone, and the help none, since its lines are in the table.
    """

    def __init__(self, *args: Any, lazy: Mapping[str, Lazy], **options: Any) -> None:
        super().__init__(*args, **options)
        self._lazy = lazy

    def main(self, *args: Any, **options: Any) -> Any:
        """Run, on any terminal: where one has no Khmer letters they are written as \\u17…, never an error."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        return super().main(*args, **options)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        if cmd_name not in self._lazy:
            return None
        module, _, attribute = self._lazy[cmd_name].target.partition(":")
        gc.disable()  # collecting garbage during the imports would take a fifth of the start
        found: click.Command = getattr(importlib.import_module(module), attribute)
        gc.freeze()
        gc.enable()
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without loading any."""
        with formatter.section("Commands"):
            rows = [(name, command.about) for name, command in self._lazy.items()]
            formatter.write_dl([(name, about) for name, about in rows if about])

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
        return error.sentence
    if isinstance(error, SealBroken):
        return error.sentence
    return str(error)


def config_option(command: Command) -> Command:
    """The option that names the settings file; `bridge --config FILE …` gives it to every command."""
    return click.option(
        "--config",
        "config_file",
        type=click.Path(path_type=Path, dir_okay=False),
        envvar="BRIDGE_CONFIG",
        callback=_nearest_option,
        help="Settings file (TOML); without it bridge.toml, where there is one.",
    )(command)


def global_config_option(command: Command) -> Command:
    """The option `bridge --config FILE COMMAND`, which holds for every command."""
    return click.option(
        "--config",
        type=click.Path(path_type=Path, dir_okay=False),
        expose_value=False,
        callback=_remember,
        help="Settings file (TOML), for the command that follows.",
    )(command)


def _remember(ctx: click.Context, _: click.Parameter, value: Path | None) -> None:
    ctx.find_root().obj = value


def _nearest_option(ctx: click.Context, param: click.Parameter, value: Path | None) -> Path | None:
    """The file named after the command, else before it, else by the environment variable."""
    if ctx.get_parameter_source(param.name or "") is ParameterSource.COMMANDLINE:
        return value
    before: Path | None = ctx.find_root().obj
    return before or value


def file_of(config_file: Path | None) -> Path | None:
    """The settings file to read; None: the environment alone."""
    return config_file or (DEFAULT_FILE if DEFAULT_FILE.exists() else None)


def settings_of(config_file: Path | None) -> Settings:
    """The settings of a command. Raises ConfigError."""
    return load(file_of(config_file))
