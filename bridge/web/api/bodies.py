"""Reads a JSON body strictly: what two readers could take for two things is refused (RFC 7493)."""

import json
from typing import Any, NoReturn

from flask import Request

from bridge.web.api.problems import Problem

JSON = ("application/json", "application/merge-patch+json")  # the second for PATCH alone (RFC 7396 §4)
MAX_DEPTH = 4  # the deepest of ours is an object in an object


def read_object(request: Request) -> dict[str, Any]:
    """The object in a request's body; an empty one where there is no body and no type of one.

    Raises Problem, and RequestEntityTooLarge.
    """
    data = request.get_data(cache=False)
    if not data and not request.mimetype:
        return {}
    _check_type(request)
    try:
        found = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_no_number,
            parse_float=_no_number,
        )
    except (ValueError, RecursionError):  # UnicodeDecodeError is one, and so is a number of 5000 digits
        raise Problem("unreadable-request", "The body is no JSON that everybody reads alike.") from None
    if not isinstance(found, dict):
        raise Problem("unreadable-request", "The body has to be an object.")
    _check(found, 1)
    return found


def _check_type(request: Request) -> None:
    known = JSON if request.method == "PATCH" else JSON[:1]
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype not in known or charset != "utf-8":
        raise Problem("unsupported-media-type", f"Content-Type is {' or '.join(known)}, in UTF-8.")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Problem("unsupported-media-type", "The body can't be compressed.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name came twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError("numbers are whole")


def _check(value: Any, depth: int) -> None:
    """Nothing deeper than our own fields, and no text that SQL can't keep or UTF-8 can't write."""
    if depth > MAX_DEPTH:
        raise Problem("unreadable-request", f"The body is deeper than {MAX_DEPTH} levels.")
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise Problem("unreadable-request", "A text has a letter that is none.")
    elif isinstance(value, dict):
        for name, part in value.items():
            _check(name, depth)
            _check(part, depth + 1)
    elif isinstance(value, list):
        for part in value:
            _check(part, depth + 1)
