"""Lists the settings in force: each with its value, and where it comes from."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from bridge.domain.service_facts import SettingInForce
from bridge.settings.reading import PREFIX
from bridge.settings.tree import Settings


def settings_in_force(
    settings: Settings, file: Path | None, environ: Mapping[str, str]
) -> tuple[SettingInForce, ...]:
    """Every setting; `file` and `environ`: what they were read from. Secrets are ***."""
    tree = tomllib.loads(file.read_text(encoding="utf-8-sig")) if file else {}
    return tuple(
        SettingInForce(path, value, _origin(path, tree, environ, file))
        for path, value in _leaves(settings, "")
    )


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
