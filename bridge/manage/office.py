"""Who administers, whether they may, and what administration works with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bridge.errors import BridgeError
from bridge.ports import AuditLog, ClientStore, Clock, Sealer, SigningKeyStore


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


class Office(Protocol):
    """What the use cases need; ports.Services has it, and so has wiring.Console."""

    @property
    def clock(self) -> Clock: ...
    @property
    def token_bytes(self) -> Callable[[int], bytes]: ...
    @property
    def sealer(self) -> Sealer: ...
    @property
    def clients(self) -> ClientStore: ...
    @property
    def signing_keys(self) -> SigningKeyStore: ...
    @property
    def audit(self) -> AuditLog: ...


def may(actor: Actor, action: str, subject: str = "") -> None:
    """Whether this actor may do `action` to `subject` (a client's or a key's id). Raises Forbidden."""
    if not actor.operator:
        raise Forbidden(f"{actor.id} may not {action} {subject}".rstrip() + ".")


def note(office: Office, actor: Actor, event: str, **facts: str) -> None:
    """Write what was done to the audit trail; `facts` are ids and fixed words."""
    office.audit.record(event, int(office.clock()), actor=actor.id, **facts)
