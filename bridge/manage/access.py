"""Who may administer what: the table of actions and roles, and what the trail of administration gets."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.admin_scopes import AdminScope
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
    "test client",
    "see people",
    "invite person",
    "approve person",
    "give person roles",
    "remove person",
    "see deleted clients",
    "restore client",
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
    "see service",
    "see activity",
    "export activity",
    "see jobs",
    "see messages",
    "list administrators",
    "invite administrator",
    "confirm administrator",
    "change administrator",
    "remove administrator",
    "list approvals",
    "approve change",
    "reject change",
    "see audit",
    "see accounts",
    "see settings",
    "open console",
    "see emergencies",
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
        "list approvals": EVERYBODY,
        "approve change": OPERATORS,
        "reject change": CLIENTS_CHANGED_BY,
        "test client": EVERYBODY,  # it shows what is told of whoever tests, and changes nothing
        "see people": EVERYBODY,  # an application's own: domain.client_people
        "invite person": CLIENTS_CHANGED_BY,
        "approve person": CLIENTS_CHANGED_BY,
        "give person roles": CLIENTS_CHANGED_BY,
        "remove person": CLIENTS_CHANGED_BY,
        "see deleted clients": SERVICE_SEEN_BY,
        "restore client": OPERATORS,
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
        "see service": SERVICE_SEEN_BY,
        "see activity": EVERYBODY,
        "export activity": SERVICE_SEEN_BY,
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
        "open console": OWNERS,
        "see emergencies": OWNERS,
    }
)
# What a machine may do at most, by the scopes that it was granted: beside its role, never beyond it.
MACHINES_MAY: Mapping[AdminScope, frozenset[Action]] = MappingProxyType(
    {
        "bridge.admin.read": frozenset[Action](
            ("list clients", "see client", "list administrators", "list keys", "see jobs", "see messages")
        ),
        "bridge.admin.audit": frozenset[Action](("see audit",)),
        "bridge.admin.clients": frozenset[Action](  # whoever changes one has to see its version
            (
                "list clients",
                "see client",
                "add client",
                "edit client",
                "enable client",
                "disable client",
                "delete client",
            )
        ),
        "bridge.admin.secrets": frozenset[Action](("list clients", "see client", "rotate secret")),
    }
)
CHANGING = frozenset[Action](
    ("add client", "edit client", "enable client", "disable client", "delete client", "rotate secret")
)

# What can be done in an emergency, by a console that is opened without CamDigiKey (manage.break_glass). Of
# what is new here nothing, until somebody has thought of it: no person is ever shown or looked for.
IN_AN_EMERGENCY = frozenset[Action](
    (
        "list clients",
        "see client",
        "add client",
        "edit client",
        "rotate secret",
        "enable client",
        "disable client",
        "delete client",
        "see deleted clients",
        "restore client",
        "list administrators",
        "invite administrator",
        "confirm administrator",
        "remove administrator",
        "see audit",
    )
)


class Forbidden(BridgeError):
    """This actor is not allowed to do that. The text is a sentence for people."""


class Refused(BridgeError):
    """It can't be done as asked. The text is a sentence for people that says why."""

    @property
    def sentence(self) -> str:
        """The sentence as it was made: one that can be translated stays so (domain.sentence)."""
        return str(self) if not self.args or not isinstance(self.args[0], str) else self.args[0]


class Missing(Refused):
    """There is no such thing."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks for something. `role`: None for somebody who may do nothing.

    `clients`: the applications that a maintainer may see and change; `local`: with a shell on the server;
    `machine`: no person, but an application that acts for itself by the API, with these `scopes`; it proposes
    and never approves.
    """

    id: str
    role: Role | None = None
    clients: frozenset[str] = frozenset()
    local: bool = False
    machine: bool = False
    scopes: frozenset[AdminScope] = frozenset()

    @property
    def in_an_emergency(self) -> bool:
        """Whether they opened the console without CamDigiKey."""
        return self.id.startswith(BREAK_GLASS)


ADMINISTRATOR = "administrator:"  # what the id of such an actor begins with
CLIENT = "client:"  # and that of an application
BREAK_GLASS = (
    "break-glass:"  # and of one who opened the console in an emergency; no administrator's id has a colon
)
OPERATOR = Actor("command line", "owner", local=True)  # somebody with a shell on the server may do everything


def actor_of(administrator: Administrator) -> Actor:
    """An administrator as an actor; one that is not active may do nothing."""
    role = administrator.role if administrator.active else None
    if administrator.id.startswith(BREAK_GLASS):
        return Actor(administrator.id, role)
    return Actor(ADMINISTRATOR + administrator.id, role, frozenset(administrator.clients))


def machine_actor(client_id: str, scopes: Collection[AdminScope]) -> Actor:
    """An application as an actor, with the scopes that its token has."""
    role: Role = "operator" if any(MACHINES_MAY[scope] & CHANGING for scope in scopes) else "auditor"
    return Actor(CLIENT + client_id, role, machine=True, scopes=frozenset(scopes))


def scopes_of(action: Action) -> tuple[AdminScope, ...]:
    """The scopes of which a machine needs one for it, the least first; none: it is for people alone."""
    return tuple(scope for scope, actions in MACHINES_MAY.items() if action in actions)


def allowed(actor: Actor, action: Action, subject: str = "") -> bool:
    """Whether this actor may do `action` to `subject` (the id of a client, a key or an administrator)."""
    if actor.role is None or actor.role not in PERMISSIONS[action]:
        return False
    if actor.in_an_emergency and action not in IN_AN_EMERGENCY:
        return False
    if actor.machine and not _machine_may(actor, action, subject):
        return False
    return actor.role != "maintainer" or not subject or subject in actor.clients


def _machine_may(actor: Actor, action: Action, subject: str) -> bool:
    """Only what its scopes allow; and no application changes itself."""
    granted = any(action in MACHINES_MAY[scope] for scope in actor.scopes)
    return granted and not (action in CHANGING and actor.id == CLIENT + subject)


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
