"""A person's name in Latin and in Khmer letters; the untagged claims never mix the two (OIDC Core §5.2)."""

from collections.abc import Sequence
from typing import NamedTuple

from bridge.domain.claims.facts import Facts
from bridge.domain.subject import Identity


class Name(NamedTuple):
    """A name in one script."""

    whole: str | None
    given: str | None
    family: str | None


def untagged(facts: Facts) -> Name:
    """The name in the script that was asked for, or that the client prefers; in the other if it has none."""
    latin, khmer = _latin(facts.identity), in_khmer(facts)
    language = _language(facts.claims_locales, facts.client.name_locale)
    first, second = (khmer, latin) if language == "km" else (latin, khmer)
    return first if first.whole else second


def in_khmer(facts: Facts) -> Name:
    """The name in Khmer letters, for the claims tagged `#km`: the family goes first."""
    given, family = facts.identity.given_name_km, facts.identity.family_name_km
    return Name(_joined(family, given), given, family)


def _latin(identity: Identity) -> Name:
    given, family = identity.given_name, identity.family_name
    return Name(_joined(given, family), given, family)


def _joined(*parts: str | None) -> str | None:
    return " ".join(part for part in parts if part) or None


def _language(claims_locales: Sequence[str], default: str) -> str:
    for tag in (*claims_locales, default):
        language = tag.lower().partition("-")[0]
        if language in ("km", "en"):
            return language
    return "en"
