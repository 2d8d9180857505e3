"""How the fields of requests are read, and times and addresses written."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

TIME_FORMATS: dict[str, Callable[[float], int | str]] = {
    "seconds": int,
    "milliseconds": lambda moment: int(moment * 1000),
    "iso": lambda moment: datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds"),
}


class Refused(Exception):
    """An operation's refusal, with CamDigiKey's code (PROTOCOL, Envelope)."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def text_of(request: Mapping[str, Any], name: str) -> str:
    """A field of a request; empty when missing or null. Raises Refused when it is no text."""
    value = request.get(name)
    if value is not None and not isinstance(value, str):
        raise Refused(105, f"{name} is not a text")
    return value or ""


def address_of(request: Mapping[str, Any], name: str) -> str:
    """A field that is a URL, or empty. Raises Refused."""
    value = text_of(request, name)
    if not is_address(value):
        raise Refused(105, f"{name} is not an address")
    return value


def is_address(value: object) -> bool:
    """Whether it is a URL with a scheme, or empty."""
    try:
        return isinstance(value, str) and (value == "" or bool(urlsplit(value).scheme))
    except ValueError:
        return False


def with_params(url: str, params: Mapping[str, str]) -> str:
    """The URL with parameters behind those that it has; empty when there is none."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(params)}" if url else ""
