"""Shared part: the key that a token is bound to (`cnf`), named as in RFC 9449 §6.1 and RFC 8705 §3.1."""

from typing import Any

from bridge.domain.grant import Confirmation
from bridge.stores.records.fields import Fields, present


def write_cnf(cnf: Confirmation | None) -> dict[str, Any] | None:
    """The part; None without a key. One that names no key is empty, and so left out by `present`."""
    return None if cnf is None else present({"jkt": cnf.jkt, "x5t#S256": cnf.x5t_s256})


def read_cnf(fields: Fields) -> Confirmation | None:
    return fields.part_or_none("cnf", _read)


def _read(fields: Fields) -> Confirmation:
    return Confirmation(fields.text_or_none("jkt"), fields.text_or_none("x5t#S256"))
