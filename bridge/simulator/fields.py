"""How the fields of requests are read, and times and addresses written."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit


def iso(moment: float) -> str:
    """A time in ISO 8601, as created and expired dates are."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")


TIME_FORMATS: dict[str, Callable[[float], int | str]] = {
    "seconds": int,
    "milliseconds": lambda moment: int(moment * 1000),
    "iso": iso,
}
EMPTY_FIELDS = ("empty", "null", "missing")  # how an answer shows a field that a person lacks
MIN_MILLISECONDS = 10**11  # in 1973; less was meant as seconds


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


def check_date(request: Mapping[str, Any]) -> None:
    """requestedDate is milliseconds since 1970 (PROTOCOL, Envelope). Raises Refused."""
    value = request.get("requestedDate")
    if type(value) is not int or value < MIN_MILLISECONDS:
        raise Refused(105, "requestedDate is not in milliseconds")


def address_of(request: Mapping[str, Any], name: str) -> str:
    """A field that is a URL, or empty. Raises Refused."""
    value = text_of(request, name)
    if not is_address(value):
        raise Refused(105, f"{name} is not an address")
    return value


def is_address(value: object) -> bool:
    """Whether it is a URL with a scheme, or empty."""
    try:
        scheme = urlsplit(value).scheme if isinstance(value, str) else ""
        return value == "" or scheme not in ("", "javascript", "data")
    except ValueError:
        return False


def with_params(url: str, params: Mapping[str, str]) -> str:
    """The URL with percent-encoded parameters behind those that it has; empty when there is none."""
    if not url:
        return ""
    address, mark, fragment = url.partition("#")
    joined = "&" if "?" in address else "?"
    return f"{address}{joined}{urlencode(params, quote_via=quote, safe='')}{mark}{fragment}"


def answered_fields(fields: Mapping[str, str], empty: str) -> dict[str, str | None]:
    """A person's fields as an answer has them; any can be empty or missing (PROTOCOL, Calls)."""
    if empty == "missing":
        return {name: value for name, value in fields.items() if value}
    return {name: value or (None if empty == "null" else "") for name, value in fields.items()}
