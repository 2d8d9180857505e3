"""How values of settings are written: lists and tables also as one environment variable."""

import json
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field

Seconds = Annotated[int, Field(ge=1)]


def _read_list(value: object) -> object:
    """A text from the environment stands for a list: JSON, or words separated by commas or white space."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return json.loads(value)
    return value.replace(",", " ").split()


Listed = BeforeValidator(_read_list)
# Standard claims that are no texts, and how a constant of each is written (OIDC Core §5.1).
TYPED: Mapping[str, tuple[type, str]] = {
    "email_verified": (bool, "true or false"),
    "phone_number_verified": (bool, "true or false"),
    "updated_at": (int, "a number of seconds"),
    "address": (dict, 'a table ({"formatted": "…"})'),
}


def _read_constants(value: object) -> object:
    """A text from the environment stands for a table in JSON; standard claims get their own type."""
    if isinstance(value, str):
        value = _from_json(value)
        if not isinstance(value, dict):
            raise ValueError('as one variable it is JSON: {"website": "https://…", "email_verified": true}')
    return (
        {name: _read_typed(name, part) for name, part in value.items()} if isinstance(value, dict) else value
    )


def _read_typed(name: str, value: object) -> object:
    if name not in TYPED:
        return value
    wanted, words = TYPED[name]
    found = _from_json(value) if isinstance(value, str) else value
    if type(found) is not wanted:  # a bool is an int to isinstance
        raise ValueError(f"{name} is {words}")
    return found


def _from_json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


ConstantClaims = Annotated[dict[str, str | int | bool | dict[str, str]], BeforeValidator(_read_constants)]
