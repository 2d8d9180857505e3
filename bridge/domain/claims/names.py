"""A person's name in Latin and in Khmer letters; the untagged claims never mix the two (OIDC Core §5.2)."""

from collections.abc import Sequence
from typing import NamedTuple

from bridge.domain.claims.facts import Facts


class Name(NamedTuple):
    """A name in one script."""

    whole: str | None
    given: str | None
    family: str | None


def untagged(facts: Facts) -> Name:
    """The name in the script that was asked for, or that the client prefers; in the other if it has none."""
    scripts = (in_khmer, _in_latin)
    if _language(facts.claims_locales, facts.client.name_locale) != "km":
        scripts = (_in_latin, in_khmer)
    first = scripts[0](facts)
    return first if first.whole else scripts[1](facts)


def in_khmer(facts: Facts) -> Name:
    """The name in Khmer letters, for the claims tagged `#km`: the family goes first."""
    given, family = facts.identity.given_name_km, facts.identity.family_name_km
    return Name(_joined(family, given), given, family)


def _in_latin(facts: Facts) -> Name:
    given, family = facts.identity.given_name, facts.identity.family_name
    return Name(_joined(given, family), given, family)


def _joined(*parts: str | None) -> str | None:
    return " ".join(part for part in parts if part) or None


def _language(claims_locales: Sequence[str], default: str) -> str:
    for tag in (*claims_locales, default):
        language = tag.lower().partition("-")[0]
        if language in ("km", "en"):
            return language
    return "en"
