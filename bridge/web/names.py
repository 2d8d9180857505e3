"""A person's name on a page that a stranger might see: they know themselves by it, others learn little."""

import unicodedata

from bridge.domain.subject import Identity

COENG = "\u17d2"  # Khmer: the letter after it is written below
DOTS = "•••"  # always as many: the length of a name is a hint too


def masked_names(identity: Identity) -> tuple[str, ...]:
    """A person's names, each word but its first letter hidden; Khmer first; empty when there is no name."""
    names = (
        (identity.family_name_km, identity.given_name_km),
        (identity.given_name, identity.family_name),
    )
    return tuple(filter(None, (masked(" ".join(filter(None, parts))) for parts in names)))


def masked(name: str) -> str:
    """`SOPHEA CHAN` becomes `S••• C•••`; a Khmer letter keeps its marks and what is written below it."""
    return " ".join(first_letter(word) + DOTS for word in name.split())


def first_letter(word: str) -> str:
    """The first letter as it is written: with all marks, and the Khmer letters below it (UAX 29)."""
    end = 1
    while end < len(word) and (word[end - 1] == COENG or unicodedata.category(word[end]).startswith("M")):
        end += 1
    return word[:end]
