"""Where an address that an application sent differs from the nearest one that it registered."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from bridge.oidc.authorization.target import may_be_kept

MAX_COMPARED = 50  # registered addresses


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
    nearest = max(known, key=lambda address: sum(_alike(sent, address)))
    return Difference(_pieces(sent, *_alike(sent, nearest)), _pieces(nearest, *_alike(sent, nearest)))


def _alike(one: str, other: str) -> tuple[int, int]:
    """How many letters they have in common at the beginning, and of the rest at the end."""
    begin = _common(one, other)
    return begin, _common(one[begin:][::-1], other[begin:][::-1])


def _common(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _pieces(address: str, begin: int, end: int) -> Sequence[Piece]:
    until = len(address) - end
    parts = ((address[:begin], True), (address[begin:until], False), (address[until:], True))
    return [Piece(text, same) for text, same in parts if text]
