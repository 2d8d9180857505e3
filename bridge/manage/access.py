"""Who may administer what: the table of actions and roles, and what the trail of administration gets."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.administrator import Administrator, Role
from bridge.errors import BridgeError
from bridge.ports.basics import Clock

Action = Literal[
    "list clients",
    "see client",
    "add client",
    "edit client",
    "rotate secret",
    "enable client",
    "disable client",
    "delete client",
    "see person",
    "end session",
    "end grants",
    "withdraw consent",
    "see person everywhere",
    "end everywhere",
    "list keys",
    "rotate key",
    "remove key",
    "list keys of hashes",
    "renew key",
    "list master keys",
    "use master key",
    "reseal",
    "list instances",
    "see jobs",
    "see messages",
    "list administrators",
    "invite administrator",
    "confirm administrator",
    "change administrator",
    "remove administrator",
    "see audit",
    "see accounts",
    "see settings",
]
EVERYBODY = frozenset[Role](("owner", "operator", "maintainer", "auditor"))
CLIENTS_CHANGED_BY = frozenset[Role](("owner", "operator", "maintainer"))
SERVICE_SEEN_BY = frozenset[Role](("owner", "operator", "auditor"))
OPERATORS = frozenset[Role](("owner", "operator"))
OWNERS = frozenset[Role](("owner",))

# Which roles may do what. A maintainer's right to an application ends at those that are named for them.
PERMISSIONS: Mapping[Action, frozenset[Role]] = MappingProxyType(
    {
        "list clients": EVERYBODY,
        "see client": EVERYBODY,
        "add client": OPERATORS,
        "edit client": CLIENTS_CHANGED_BY,
        "rotate secret": CLIENTS_CHANGED_BY,
        "enable client": CLIENTS_CHANGED_BY,
        "disable client": CLIENTS_CHANGED_BY,
        "delete client": OPERATORS,
        "see person": EVERYBODY,
        "end session": CLIENTS_CHANGED_BY,
        "end grants": CLIENTS_CHANGED_BY,
        "withdraw consent": CLIENTS_CHANGED_BY,
        "see person everywhere": OPERATORS,
        "end everywhere": OPERATORS,
        "list keys": SERVICE_SEEN_BY,
        "rotate key": OWNERS,
        "remove key": OWNERS,
        "list keys of hashes": SERVICE_SEEN_BY,
        "renew key": OWNERS,
        "list master keys": SERVICE_SEEN_BY,
        "use master key": OWNERS,
        "reseal": OWNERS,
        "list instances": SERVICE_SEEN_BY,
        "see jobs": SERVICE_SEEN_BY,
        "see messages": SERVICE_SEEN_BY,
        "list administrators": SERVICE_SEEN_BY,
        "invite administrator": OWNERS,
        "confirm administrator": OWNERS,
        "change administrator": OWNERS,
        "remove administrator": OWNERS,
        "see audit": SERVICE_SEEN_BY,
        "see accounts": SERVICE_SEEN_BY,
        "see settings": SERVICE_SEEN_BY,
    }
)


class Forbidden(BridgeError):
    """This actor is not allowed to do that. The text is a sentence for people."""


class Refused(BridgeError):
    """It can't be done as asked. The text is a sentence for people that says why."""

    @property
    def sentence(self) -> str:
        """The sentence as it was made: one that can be translated stays so (domain.sentence)."""
        return str(self) if not self.args or not isinstance(self.args[0], str) else self.args[0]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks for something. `role`: None for somebody who may do nothing.

    `clients`: the applications that a maintainer may see and change; `local`: with a shell on the server.
    """

    id: str
    role: Role | None = None
    clients: frozenset[str] = frozenset()
    local: bool = False


ADMINISTRATOR = "administrator:"  # what the id of such an actor begins with
OPERATOR = Actor("command line", "owner", local=True)  # somebody with a shell on the server may do everything


def actor_of(administrator: Administrator) -> Actor:
    """An administrator as an actor; one that is not active may do nothing."""
    role = administrator.role if administrator.active else None
    return Actor(ADMINISTRATOR + administrator.id, role, frozenset(administrator.clients))


def allowed(actor: Actor, action: Action, subject: str = "") -> bool:
    """Whether this actor may do `action` to `subject` (the id of a client, a key or an administrator)."""
    if actor.role is None or actor.role not in PERMISSIONS[action]:
        return False
    return actor.role != "maintainer" or not subject or subject in actor.clients


def may(actor: Actor, action: Action, subject: str = "") -> None:
    """Raises Forbidden unless this actor may do `action` to `subject`."""
    if not allowed(actor, action, subject):
        raise Forbidden(f"{actor.id} may not {action} {subject}".rstrip() + ".")


@dataclass(frozen=True, slots=True)
class Trail:
    """Makes the entries of the trail of administration, always with who does it.

    The store that changes something writes its entry in the same transaction: what can't be recorded does
    not happen.
    """

    clock: Clock

    def entry(self, actor: Actor, event: str, subject: str = "", **facts: str) -> AuditEntry:
        """What is about to happen; `subject` and `facts`: ids, fixed words and reasons that
        were given, never names or secrets."""
        return AuditEntry(int(self.clock()), actor.id, event, subject, facts)
