"""A request's parameters as pairs, in order, repeated ones too."""

from urllib.parse import parse_qsl

from flask import request

from bridge.errors import ShownToUser

Pairs = tuple[tuple[str, str], ...]
MAX_PARAMETERS = 200


def query_pairs() -> Pairs:
    """The parameters of the query. Raises ShownToUser (400) where it is not UTF-8, or has too many."""
    return _read_pairs(request.query_string)


def form_pairs() -> Pairs:
    """The parameters of a form's body. Raises ShownToUser (400), also where the body is not a form."""
    if request.mimetype != "application/x-www-form-urlencoded":
        raise ShownToUser(400, "bad_request", "the body is not a form")
    return _read_pairs(request.get_data(cache=True))


def _read_pairs(raw: bytes) -> Pairs:
    try:
        text = raw.decode("ascii" if b"%" in raw and raw.isascii() else "utf-8")
        return tuple(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS))
    except (UnicodeDecodeError, ValueError):
        raise ShownToUser(400, "bad_request", "the parameters can't be read") from None
