"""What happens at applications, as administrators see it: rows of the audit trail, and counts by the hour."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bridge.domain.encoding import digest
from bridge.domain.events import Kind
from bridge.domain.ids import InteractionId, Sub

HOUR = 3600  # seconds
COUNTED_KINDS: frozenset[Kind] = frozenset({"login", "failure", "rejection"})
# What may be our fault or CamDigiKey's; that a person said no is neither.
TROUBLE = ("handoff.failed", "handoff.not_started")
CALL = "call"  # a count of calls to CamDigiKey that were answered; its reason is the operation
CALL_FAILED = "call_failed"
USES: frozenset[Kind] = frozenset({"login", "token"})  # by these an application counts as used
# The facts that say why, in the order in which the first one counts. All are of fixed words.
REASONS = ("reason", "error", "why", "cause")
# The facts that a page or an export may show. Not `sid` and `subject`, by which one person would be known at
# several applications.
SHOWN_FACTS = frozenset(
    {
        "cause",
        "connector",
        "detail",
        "error",
        "error_code",
        "grant_type",
        "operation",
        "person",
        "sent",
        "why",
    }
)


def login_reference(interaction_id: InteractionId) -> str:
    """What the rows of one sign-in have in common, from the press on the first page to the code."""
    return digest("login:" + interaction_id)[:32]


def person_at(sub: Sub) -> str:
    """What stands for a person at one application: the same there each time, and of it nobody learns the sub.

    Beside the sid and our own id of the person, which are in the trail too, the sub would say who is who at
    several applications (OIDC Core §8.1).
    """
    return digest("person:" + sub)[:32]


def reason_of(facts: Mapping[str, str]) -> str:
    """Why something failed or was refused, in one fixed word; empty where nothing says so."""
    return next((facts[name] for name in REASONS if facts.get(name)), "")


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One event of a sign-in or of an application. `at` in epoch seconds; an empty text: not known.

    `request_id`: the reference number of the request, which its page shows; `login`: see login_reference.
    """

    number: int
    at: int
    event: str
    kind: Kind
    client_id: str = ""
    reason: str = ""
    request_id: str = ""
    login: str = ""
    grant_id: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> "ActivityPlace":
        """Where a page that ends with this row is gone on from."""
        return ActivityPlace(self.at, self.number)


# Steps of one second in the order in which they are taken: what is noted is written later than the rest.
_STEPS: Mapping[Kind, int] = {
    "start": 0,
    "failure": 1,
    "declined": 1,
    "rejection": 1,
    "warning": 1,
    "session": 2,
    "login": 3,
    "token": 4,
}


def in_order(rows: Iterable[ActivityRow]) -> Sequence[ActivityRow]:
    """The rows of a sign-in, oldest first."""
    return sorted(rows, key=lambda row: (row.at, _STEPS[row.kind], row.number))


@dataclass(frozen=True, slots=True, order=True)
class ActivityPlace:
    """A place in the list, newest first: the time and the number of a row."""

    at: int
    number: int


@dataclass(frozen=True, slots=True)
class ActivityFilter:
    """Which rows are wanted; an empty text wants all. `since` and `until` in epoch seconds, 0: no bound."""

    client_id: str = ""
    kind: str = ""  # a domain.events.Kind
    reason: str = ""
    since: int = 0
    until: int = 0


@dataclass(frozen=True, slots=True)
class HourCount:
    """How often something happened in an hour. `kind`: of COUNTED_KINDS, or CALL, CALL_FAILED.

    `hour`: its beginning in epoch seconds; `milliseconds`: of all calls together, `slowest`: of one.
    """

    hour: int
    kind: str
    reason: str
    number: int
    milliseconds: int = 0
    slowest: int = 0


@dataclass(frozen=True, slots=True)
class Rejections:
    """How often requests of an application were refused for one reason, of the latest that were."""

    client_id: str
    reason: str
    number: int
    last_at: int  # epoch seconds
