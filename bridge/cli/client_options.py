"""The options of `bridge client add` and `edit`, made from the rows of client metadata."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from bridge.domain.client_metadata import CLIENT_METADATA, OPTIONAL
from bridge.domain.metadata_field import MetadataField

Command = TypeVar("Command", bound=Callable[..., Any])
Option = Callable[[Any], Any]
UNSET = -1  # seconds: removes a value that was set before
REPEATED = " (may be repeated)"


class Lifetime(click.ParamType[tuple[str, int]]):
    """NAME=SECONDS."""

    name = "NAME=SECONDS"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        """The pair; ("", 0) for "", which empties the list."""
        name, _, seconds = str(value).partition("=")
        if value == "":
            return "", 0
        if not name or not seconds.isdecimal():
            self.fail(f"{value} is not of the form NAME=SECONDS, such as access_token=300", param, ctx)
        return name, int(seconds)


class Seconds(click.ParamType[int]):
    """A number of seconds; "" removes a value that was set before."""

    name = "SECONDS"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number; UNSET for ""."""
        if value == "":
            return UNSET
        if not str(value).isdecimal():
            self.fail(f"{value} is not a number of seconds", param, ctx)
        return int(str(value))


def add_options(command: Command) -> Command:
    """An option for each field that can be chosen when an application is registered."""
    return _with_options(command, [row for row in CLIENT_METADATA.values() if row.fixed != "by_us"])


def edit_options(command: Command) -> Command:
    """An option for each field that can be changed afterwards."""
    return _with_options(
        command, [row for row in CLIENT_METADATA.values() if row.fixed in ("no", "once_set")]
    )


def given(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were given, as values of domain.Client's fields; "" removes what was set before."""
    return {
        name: _value(CLIENT_METADATA[name], value)
        for name, value in options.items()
        if value is not None and value != ()
    }


def _with_options(command: Command, rows: list[MetadataField]) -> Command:
    for row in reversed(rows):
        command = _option(row)(command)
    return command


def _option(row: MetadataField) -> Option:
    choice = click.Choice(row.choices) if row.choices else None
    if row.kind == "lifetimes":
        return click.option(*row.options, row.name, multiple=True, type=Lifetime(), help=_repeated(row))
    if row.many:
        return click.option(*row.options, row.name, multiple=True, type=choice, help=_repeated(row))
    value_type = Seconds() if row.kind == "seconds" else choice
    return click.option(*row.options, row.name, type=value_type, default=None, help=row.help)


def _repeated(row: MetadataField) -> str:
    return row.help.removesuffix(".") + REPEATED


def _value(row: MetadataField, value: Any) -> Any:
    if row.kind == "lifetimes":
        return {name: seconds for name, seconds in value if name}
    if row.many:
        value = () if value == ("",) else tuple(dict.fromkeys(value))
    taken_back = row.name in OPTIONAL and value in ("", (), UNSET)
    return None if taken_back else value
