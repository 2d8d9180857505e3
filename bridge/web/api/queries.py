"""Reads a request's query by the parameters in its operation's row: others are refused, and so are twos."""

from urllib.parse import unquote_to_bytes

from flask import Request

from bridge.web.api.problems import Problem
from bridge.web.api.rows import Operation, Query

Value = str | int


def read_query(row: Operation, request: Request) -> dict[str, Value]:
    """The parameters that were given. Raises Problem."""
    known = {parameter.name: parameter for parameter in row.query}
    found: dict[str, Value] = {}
    _check_utf8(request.query_string)
    for name, texts in request.args.lists():
        parameter = known.get(name)
        if parameter is None:
            names = ", ".join(known) or "none"
            raise Problem("unreadable-request", f"The query has a parameter that is unknown; known: {names}.")
        if len(texts) > 1:
            raise Problem("unreadable-request", f"The parameter {name} came more than once.")
        found[name] = _value(parameter, texts[0])
    return found


def _check_utf8(query: bytes) -> None:
    """Raises Problem. Werkzeug would keep what it can't read as it was written, for another text."""
    try:
        unquote_to_bytes(query).decode("utf-8")
    except UnicodeDecodeError:
        raise Problem("unreadable-request", "The query is not UTF-8.") from None


def _value(parameter: Query, text: str) -> Value:
    if parameter.kind == "number":
        return _number(parameter, text)
    wrong = not text or len(text) > parameter.maximum or "\0" in text
    if wrong or (parameter.choices and text not in parameter.choices):
        raise Problem("unreadable-request", f"The parameter {parameter.name} is not as it has to be.")
    return text


def _number(parameter: Query, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 16):
        raise Problem("unreadable-request", f"The parameter {parameter.name} is a whole number.")
    number = int(text)
    if not parameter.minimum <= number <= parameter.maximum:
        raise Problem(
            "unreadable-request",
            f"The parameter {parameter.name} is between {parameter.minimum} and {parameter.maximum}.",
        )
    return number
