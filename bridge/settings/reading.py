"""Reads the settings from a TOML file and the environment, and reports all faults together."""

import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bridge.errors import ConfigError
from bridge.settings.faults import settings_faults
from bridge.settings.reachable import quoted
from bridge.settings.sentences import sentence
from bridge.settings.tree import Settings

PREFIX = "BRIDGE_"


def load(file: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of a file (None: the environment alone). Raises ConfigError with all faults."""
    faults: list[str] = []
    tree = _read_file(file, faults) if file else {}
    _overlay_environment(tree, environ, faults)
    settings = _read_tree(tree, faults)
    faults += settings_faults(settings)
    if faults:
        raise ConfigError(tuple(faults))
    return settings


def _read_tree(tree: dict[str, Any], faults: list[str]) -> Settings:
    """The settings of a tree. Faulty ones are reported and left out, so that the rest is checked too."""
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
    faults += [sentence(fault) for fault in found]
    for fault in found:
        _leave_out(tree, fault["loc"])
    return Settings.model_validate(tree)


def _leave_out(tree: dict[str, Any], place: Sequence[int | str]) -> None:
    """Remove from the tree the innermost part that the place of a fault names."""
    part, name = tree, str(place[0])
    for step in place[1:]:
        below = part.get(name)
        if not isinstance(below, dict) or step not in below:
            break
        part, name = below, str(step)
    part.pop(name, None)


def _read_file(file: Path, faults: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        faults.append(f"The settings file {file} can't be read: {error.strerror}.")
    except UnicodeDecodeError:
        faults.append(f"The settings file {file} is not text in UTF-8.")
    except tomllib.TOMLDecodeError as error:
        faults.append(f"The settings file {file} is not TOML: {error}.")
    return {}


def _overlay_environment(tree: dict[str, Any], environ: Mapping[str, str], faults: list[str]) -> None:
    for name, value in sorted(environ.items()):
        if not name.startswith(PREFIX) or name == PREFIX + "CONFIG":
            continue
        path = name.removeprefix(PREFIX).lower()
        if path.endswith("_file") and not _is_setting(path):
            path = path.removesuffix("_file")
            try:
                value = Path(value).read_text(encoding="utf-8").strip()
            except (OSError, ValueError):  # no UTF-8, or no name that a file can have
                faults.append(f"{name} names a file that can't be read: {quoted(value)}.")
                continue
        *steps, last = path.split("__")
        part = tree
        for step in steps:
            part = part.setdefault(step, {})
            if not isinstance(part, dict):
                faults.append(f"{name} names a part of {step}, which has no parts.")
                part = {}
        part[last] = value


def _is_setting(path: str) -> bool:
    """Whether a setting has this very name, such as `outbound__ca_file`: its value is a file's name."""
    part: Any = Settings
    for step in path.split("__"):
        field = getattr(part, "model_fields", {}).get(step)
        if field is None:
            return False
        part = field.annotation
    return True
