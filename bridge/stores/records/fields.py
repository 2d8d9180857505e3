"""Helpers of records: reading the fields of a body with their types, and leaving out empty ones."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar

Value = TypeVar("Value")
Choice = TypeVar("Choice", bound=str)
_SCALARS = frozenset((str, int, bool, float))
_TEXT, _OBJECT, _NESTED = {str}, {dict}, {list, dict}


class InvalidField(Exception):
    """A field is missing or of another type. The error has its name, never its content."""

    def __init__(self, why: Literal["missing", "type"], field: str) -> None:
        super().__init__(f"{why}: {field}")
        self.why: Literal["missing", "type"] = why
        self.field = field


def present(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body without None and empty collections. Empty texts, 0 and False stay."""
    return {name: value for name, value in body.items() if value or type(value) in _SCALARS}


def unless_default(value: Value, default: Value) -> Value | None:
    """None, so that it is left out, where the value is this default; the reader has to know the default."""
    return None if value == default else value


def _invalid(body: Mapping[str, Any], name: str) -> InvalidField:
    return InvalidField("type" if name in body else "missing", name)


class Fields:
    """The fields of one body. Each method raises InvalidField for one that is missing or of another type."""

    __slots__ = ("_body",)

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = body

    def text(self, name: str) -> str:
        value = self._body.get(name)
        if type(value) is str:
            return value
        raise _invalid(self._body, name)

    def text_or_none(self, name: str) -> str | None:
        value = self._body.get(name)
        if type(value) is str or name not in self._body:
            return value
        raise _invalid(self._body, name)

    def number(self, name: str) -> int:
        value = self._body.get(name)
        if type(value) is int:  # a bool is an int to isinstance
            return value
        raise _invalid(self._body, name)

    def number_or_none(self, name: str) -> int | None:
        return self.number(name) if name in self._body else None

    def flag(self, name: str) -> bool:
        value = self._body.get(name)
        if isinstance(value, bool):
            return value
        raise _invalid(self._body, name)

    def flag_or_false(self, name: str) -> bool:
        return self.flag(name) if name in self._body else False

    def choice(self, name: str, choices: tuple[Choice, ...], absent: Choice | None = None) -> Choice:
        """One of these choices; `absent`: the default that the record leaves out (see unless_default)."""
        value = self._body.get(name, absent)
        for choice in choices:
            if choice == value:
                return choice
        raise _invalid(self._body, name)

    def choice_or_none(self, name: str, choices: tuple[Choice, ...]) -> Choice | None:
        return self.choice(name, choices) if name in self._body else None

    def texts(self, name: str) -> tuple[str, ...]:
        """Absent is empty."""
        values = self._body.get(name)
        if values is None and name not in self._body:
            return ()
        if type(values) is list and {*map(type, values)} <= _TEXT:
            return tuple(values)
        raise _invalid(self._body, name)

    def texts_or_none(self, name: str) -> tuple[str, ...] | None:
        return self.texts(name) if name in self._body else None

    def choices(self, name: str, choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
        """Absent is empty."""
        values = self.texts(name)
        if not values:
            return ()
        known = {str(choice): choice for choice in choices}
        if all(value in known for value in values):
            return tuple(known[value] for value in values)
        raise _invalid(self._body, name)

    def scalars(self, name: str) -> tuple[str | int | float | bool | None, ...]:
        """A list of JSON's plain values; absent is empty."""
        values = self._body.get(name, [])
        if type(values) is list and not {*map(type, values)} & _NESTED:
            return tuple(values)
        raise _invalid(self._body, name)

    def mapping(self, name: str) -> dict[str, Any]:
        """A JSON object as it is; absent is empty."""
        value = self._body.get(name)
        if isinstance(value, dict):
            return value
        if name not in self._body:
            return {}
        raise _invalid(self._body, name)

    def mappings(self, name: str) -> tuple[dict[str, Any], ...]:
        """A list of JSON objects as they are; absent is empty."""
        values = self._body.get(name, [])
        if type(values) is list and {*map(type, values)} <= _OBJECT:
            return tuple(values)
        raise _invalid(self._body, name)

    def numbers(self, name: str) -> dict[str, int]:
        """A JSON object of numbers; absent is empty."""
        fields = Fields(self.mapping(name))
        return {key: fields.number(key) for key in self.mapping(name)}

    def part(self, name: str, read: Callable[["Fields"], Value]) -> Value:
        value = self._body.get(name)
        if type(value) is dict:
            return read(Fields(value))
        raise _invalid(self._body, name)

    def part_or_none(self, name: str, read: Callable[["Fields"], Value]) -> Value | None:
        return self.part(name, read) if name in self._body else None

    def parts(self, name: str, read: Callable[["Fields"], Value]) -> dict[str, Value]:
        """A JSON object whose values are parts of one shape; absent is empty."""
        found = self.mapping(name)
        fields = Fields(found)
        return {key: fields.part(key, read) for key in found}
