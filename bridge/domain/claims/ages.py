"""Dates as Cambodia counts them, and whether a person has reached an age."""

from datetime import UTC, date, datetime, timedelta

from bridge.domain.claims.facts import Facts, Source, Value

ZONE = "Asia/Phnom_Penh"
_OFFSET = timedelta(hours=7)  # the zone has no summer time


def today(now: float) -> date:
    """The date in Cambodia at an instant in epoch seconds."""
    return (datetime.fromtimestamp(now, UTC) + _OFFSET).date()


def age_over(years: int) -> Source:
    """The source of a claim `age_over_…`; a person born on 29 February reaches an age on 1 March."""

    def has_reached_age(facts: Facts) -> Value:
        born = _born(facts)
        return None if born is None else _age(born, facts.day) >= years

    return has_reached_age


def _born(facts: Facts) -> date | None:
    try:
        born = date.fromisoformat(facts.identity.birthdate or "")
    except ValueError:
        return None
    return born if born <= facts.day else None


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
