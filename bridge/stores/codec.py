"""The frozen values of the domain as JSON and back, sealed where they hold personal data."""

from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from bridge.errors import SealBroken
from bridge.ports import Sealer

Value = TypeVar("Value")


_adapters: dict[type[Any], TypeAdapter[Any]] = {}


def adapter(kind: type[Value]) -> TypeAdapter[Value]:
    """Pydantic's compiled reader and writer of a type; built at first use, which takes milliseconds."""
    found = _adapters.get(kind)
    if found is None:
        found = _adapters[kind] = TypeAdapter(kind)
    return found


def dump(kind: type[Value], value: Value, *, brief: bool = False) -> bytes:
    """A value as JSON; `brief` leaves out what equals its default (for what lives minutes, not years)."""
    return adapter(kind).dump_json(value, exclude_defaults=brief)


def load(kind: type[Value], data: bytes | str) -> Value:
    """The value of a JSON text. Raises pydantic.ValidationError, a ValueError."""
    return adapter(kind).validate_json(data)


class Sealed(Generic[Value]):
    """Values of one type as sealed text: what Redis and SQL keep of anything personal."""

    def __init__(self, sealer: Sealer, purpose: str, kind: type[Value]) -> None:
        self._sealer = sealer
        self._purpose = purpose
        self._kind = kind

    def seal(self, value: Value) -> str:
        """The value as text in the URL-safe alphabet."""
        return self._sealer.seal(self._purpose, dump(self._kind, value))

    def unseal(self, text: str) -> Value:
        """The value of a sealed text. Raises SealBroken, also for one of a shape unknown here."""
        data = self._sealer.unseal(self._purpose, text)
        try:
            return load(self._kind, data)
        except ValueError:  # its text would quote the person
            raise SealBroken(f"{self._purpose}: sealed by another version") from None

    def open(self, text: bytes | None) -> Value | None:
        """As `unseal`, for what may go: None where there is nothing, or nothing that can be opened any more.

        A master key that was taken away ends the Sessions and tokens that it sealed; requests go on.
        """
        if text is None:
            return None
        try:
            return self.unseal(text.decode())
        except SealBroken:
            return None
