"""Who administers, whether they may, and what is written down of it."""

from dataclasses import dataclass

from bridge.errors import BridgeError
from bridge.ports.basics import AuditLog, Clock


class Forbidden(BridgeError):
    """This actor may not do that. The text is a sentence."""


class Refused(BridgeError):
    """It can't be done as asked. The text is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks. `operator`: has a shell on the server, and may do all."""

    id: str
    operator: bool = False


OPERATOR = Actor("console", operator=True)


def may(actor: Actor, action: str, subject: str = "") -> None:
    """Whether this actor may do `action` to `subject` (a client's or a key's id). Raises Forbidden."""
    if not actor.operator:
        raise Forbidden(f"{actor.id} may not {action} {subject}".rstrip() + ".")


@dataclass(frozen=True, slots=True)
class Trail:
    """The audit trail of administration: every line names who did it."""

    audit: AuditLog
    clock: Clock

    def note(self, actor: Actor, event: str, **facts: str) -> None:
        """Write down what was done; `facts` are ids and fixed words."""
        self.audit.record(event, int(self.clock()), actor=actor.id, **facts)
