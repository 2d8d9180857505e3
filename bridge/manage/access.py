"""Who may administer what, and the audit trail of administration."""

from dataclasses import dataclass

from bridge.errors import BridgeError
from bridge.ports.basics import AuditLog, Clock


class Forbidden(BridgeError):
    """This actor is not allowed to do that. The text is a sentence for people."""


class Refused(BridgeError):
    """It can't be done as asked. The text is a sentence for people that says why."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks for a change. `operator`: somebody with a shell on the server, who may do everything."""

    id: str
    operator: bool = False


OPERATOR = Actor("console", operator=True)


def may(actor: Actor, action: str, subject: str = "") -> None:
    """Raises Forbidden unless this actor may do `action` to `subject` (the id of a client or a key)."""
    if not actor.operator:
        raise Forbidden(f"{actor.id} may not {action} {subject}".rstrip() + ".")


@dataclass(frozen=True, slots=True)
class Trail:
    """Writes to the audit trail, always with who did it."""

    audit: AuditLog
    clock: Clock

    def note(self, actor: Actor, event: str, **facts: str) -> None:
        """Write one line; `facts` are ids and fixed words, never names or secrets."""
        self.audit.record(event, int(self.clock()), actor=actor.id, **facts)
