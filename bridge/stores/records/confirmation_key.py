"""Shared part: the key that a token is bound to (`cnf`), its members in the spelling of their RFCs."""

from typing import Any

from bridge.domain.grant import Confirmation
from bridge.stores.records.fields import Fields, present


def write_cnf(cnf: Confirmation | None) -> dict[str, Any] | None:
    """None too for one that names no key: it binds to nothing."""
    return None if cnf is None else present({"jkt": cnf.jkt, "x5t#S256": cnf.x5t_s256})


def read_cnf(fields: Fields) -> Confirmation | None:
    return fields.part_or_none("cnf", _read)


def _read(fields: Fields) -> Confirmation:
    return Confirmation(fields.text_or_none("jkt"), fields.text_or_none("x5t#S256"))
