"""`bridge config`: prints the settings and where each comes from, or checks them."""

import os
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel, SecretStr

from bridge.cli.console import FAILED, config_option, file_of, settings_of
from bridge.settings import PREFIX
from bridge.wiring import asking, checks


@click.group()
def config() -> None:
    """The settings."""


@config.command("check")
@config_option
@click.option(
    "--ask-camdigikey", is_flag=True, help="Ask CamDigiKey for a login token too, and say what it answered."
)
def check_settings(config_file: Path | None, ask_camdigikey: bool) -> None:
    """Tell of every fault at once; Redis and the database are asked, nothing is started or made."""
    settings = settings_of(config_file)
    failures = checks.check_before_start(settings)
    for failure in failures:
        click.echo(failure.sentence, err=True)
    if failures:
        sys.exit(FAILED)
    advice = checks.advice(settings)
    for sentence in advice:
        click.echo(sentence, err=True)
    click.echo("The other settings are right." if advice else "The settings are right.")
    answers = asking.ask_camdigikey(settings) if ask_camdigikey else ()
    for answered in answers:
        click.echo(answered.sentence, err=not answered.works)
    if not all(answered.works for answered in answers):
        raise click.exceptions.Exit(FAILED)


@config.command()
@config_option
def show(config_file: Path | None) -> None:
    """Every setting, and where it comes from; secrets as ***."""
    settings = settings_of(config_file)
    file = file_of(config_file)
    tree = tomllib.loads(file.read_text(encoding="utf-8")) if file else {}
    rows = list(_leaves(settings, ""))
    width = max(len(f"{path} = {value}") for path, value in rows if len(value) < 40)
    for path, value in rows:
        click.echo(f"{f'{path} = {value}':<{width}}  # {_origin(path, tree, os.environ, file)}")


def _leaves(part: BaseModel, before: str) -> Iterator[tuple[str, str]]:
    """Each setting as (dotted path, value in TOML)."""
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, BaseModel):
            yield from _leaves(value, f"{before}{name}.")
        elif isinstance(value, dict) and any(isinstance(entry, BaseModel) for entry in value.values()):
            for key, entry in value.items():
                yield from _leaves(entry, f"{before}{name}.{key}.")
        else:
            yield before + name, _toml(value)


def _toml(value: Any) -> str:
    if isinstance(value, SecretStr):
        return '"***"' if value.get_secret_value() else '""'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{name}" = {_toml(entry)}' for name, entry in value.items()) + "}"
    return '"' + ("" if value is None else str(value).replace("\\", "\\\\").replace('"', '\\"')) + '"'


def _origin(path: str, tree: Mapping[str, Any], environ: Mapping[str, str], file: Path | None) -> str:
    variable = PREFIX + path.upper().replace(".", "__")
    for name in (variable + "_FILE", variable):
        if name in environ:
            return name
    part: Any = tree
    for step in path.split("."):
        if not isinstance(part, Mapping) or step not in part:
            return "default"
        part = part[step]
    return str(file)
