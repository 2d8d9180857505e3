"""Where a list goes on: sealed, so that nobody makes one up, and bound to who asks for what.

A cursor names the last entry that was seen, by what the list is sorted by: entries that come and go
meanwhile move none of the others to another page.
"""

import json

from bridge.errors import SealBroken
from bridge.ports.basics import Sealer
from bridge.web.api.problems import Problem

PURPOSE = "api cursor"
Place = tuple[str, ...]


def seal_cursor(sealer: Sealer, about: Place, place: Place) -> str:
    """A cursor after `place`; `about`: the list, its filters, and who asks."""
    return sealer.seal(PURPOSE, json.dumps([about, place]).encode())


def open_cursor(sealer: Sealer, about: Place, cursor: str) -> Place:
    """The place in a cursor of ours for this very list. Raises Problem."""
    try:
        sealed_about, place = json.loads(sealer.unseal(PURPOSE, cursor))
    except (SealBroken, ValueError):
        raise _invalid() from None
    if tuple(sealed_about) != about:
        raise _invalid()
    return tuple(place)


def _invalid() -> Problem:
    return Problem("invalid-cursor", "Begin the list anew, without a cursor.")
