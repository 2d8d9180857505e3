"""The trail of administration: what is to be written down of a change, and what was."""

from collections.abc import Mapping
from dataclasses import dataclass, field

MACHINE = "bridge"  # the actor of what nobody asked for


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to whom. `facts`: ids and fixed words, never a name or a secret. `at` in epoch seconds.

    `subject`: the id of the client, the key or the administrator that it was done to.
    """

    at: int
    actor: str
    event: str
    subject: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditRow:
    """An entry as it rests. `sequence`: 1, and one more with each."""

    sequence: int
    entry: AuditEntry


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The last row at one time.

    `text`: its number, its mac, and a proof that we wrote this; to be kept elsewhere.
    """

    sequence: int
    text: str


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """What a verification found. `faults`: a sentence each; none: nothing was changed, taken out or put in.

    `first` and `last`: the numbers of the rows that were looked at; 0 where there is none.
    """

    first: int
    last: int
    faults: tuple[str, ...] = ()
