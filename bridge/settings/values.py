"""Types of settings whose values can also be written as one environment variable: lists and tables."""

import json
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field

Seconds = Annotated[int, Field(ge=1)]
Window = Annotated[int, Field(ge=1, le=86400)]  # seconds in which a limit counts
Count = Annotated[int, Field(ge=1, le=1_000_000_000)]  # so many are none that would be noticed


def _read_list(value: object) -> object:
    """The list in a text from the environment: JSON, or words separated by commas or white space."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError("has to be a list: JSON, or words separated by commas") from None
    return value.replace(",", " ").split()


Listed = BeforeValidator(_read_list)
# Standard claims whose values are not texts: their type, and how to write it (OIDC Core §5.1).
NON_TEXT_CLAIMS: Mapping[str, tuple[type, str]] = {
    "email_verified": (bool, "true or false"),
    "phone_number_verified": (bool, "true or false"),
    "updated_at": (int, "a number of seconds"),
    "address": (dict, 'a table ({"formatted": "…"})'),
}


def _read_constants(value: object) -> object:
    """The table in a text from the environment, as JSON; values of standard claims get their own type."""
    if isinstance(value, str):
        value = _from_json(value)
        if not isinstance(value, dict):
            raise ValueError('as one variable it is JSON: {"website": "https://…", "email_verified": true}')
    return (
        {name: _read_typed(name, part) for name, part in value.items()} if isinstance(value, dict) else value
    )


def _read_typed(name: str, value: object) -> object:
    if name not in NON_TEXT_CLAIMS:
        return value
    wanted, words = NON_TEXT_CLAIMS[name]
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
