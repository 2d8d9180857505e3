"""Where an address that an application sent differs from the nearest one that it registered."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from bridge.oidc.authorization.target import may_be_kept

MAX_COMPARED = 50  # registered addresses
MIN_SAME = 3  # letters in a row: fewer are the same by chance


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an address. `same`: the other one has it too."""

    text: str
    same: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """Both addresses in pieces; `registered` is empty where nothing is registered."""

    sent: Sequence[Piece]
    registered: Sequence[Piece]


def difference(sent: str, registered: Sequence[str]) -> Difference:
    """What differs. `sent`: what was kept of the address: the values of its query are left out in both."""
    known = [may_be_kept(address) for address in registered[:MAX_COMPARED]]
    if not known:
        return Difference([Piece(sent, False)], ())
    nearest = max(known, key=lambda address: _match(sent, address).ratio())
    blocks = [block for block in _match(sent, nearest).get_matching_blocks() if block.size >= MIN_SAME]
    ours = [(block.a, block.size) for block in blocks]
    theirs = [(block.b, block.size) for block in blocks]
    return Difference(_pieces(sent, ours), _pieces(nearest, theirs))


def _match(one: str, other: str) -> SequenceMatcher[str]:
    return SequenceMatcher(None, one, other, autojunk=False)


def _pieces(address: str, same: Sequence[tuple[int, int]]) -> Sequence[Piece]:
    """`same`: where the parts begin that the other one has too, and how long they are."""
    found, at = [], 0
    for begin, size in (*same, (len(address), 0)):
        found += [Piece(address[at:begin], False), Piece(address[begin : begin + size], True)]
        at = begin + size
    return [piece for piece in found if piece.text]
