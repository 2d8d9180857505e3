"""What the tests of this folder send with: a stand-in for a client, keys in memory, a log to read."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.client import SigningAlg
from bridge.domain.ids import ClientId, Kid
from bridge.domain.outbox import OutboxId, OutboxMessage
from bridge.oidc.keys import Keys
from bridge.ports.keys import SigningKey

ISSUER = "https://bridge.example"


@dataclass(frozen=True)
class StandIn:
    """The part of a Client that back-channel logout reads."""

    client_id: ClientId
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = False
    enabled: bool = True
    id_token_signed_response_alg: SigningAlg = "ES256"
    created_at: int = 0

    def existed_at(self, instant: int) -> bool:
        return instant >= self.created_at


class KeysInMemory:
    """A SigningKeyStore."""

    def __init__(self) -> None:
        self._keys: list[SigningKey] = []

    def all(self) -> Sequence[SigningKey]:
        return tuple(self._keys)

    def add(self, key: SigningKey, *, only_if_first: bool = False) -> bool:
        if only_if_first and any(known.alg == key.alg for known in self._keys):
            return False
        self._keys.append(key)
        return True

    def succeed(
        self, key: SigningKey, before: Sequence[Kid], at: int, *, entry: AuditEntry | None = None
    ) -> None:
        raise NotImplementedError

    def remove(self, kid: Kid, *, entry: AuditEntry | None = None) -> None:
        self._keys = [key for key in self._keys if key.kid != kid]


def keys() -> Keys:
    return Keys(KeysInMemory(), time.time)


@dataclass
class Log:
    """An EventLog that remembers."""

    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def info(self, event: str, **facts: Any) -> None:
        self.events.append((event, facts))

    warning = exception = info

    def named(self, name: str) -> list[dict[str, Any]]:
        return [facts for event, facts in self.events if event == name]


def message(number: int = 0, client_id: str = "client-1", now: int = 0, **facts: str) -> OutboxMessage:
    now = now or int(time.time())
    said = {"sub": f"sub-{number}", "sid": f"sid-{number}", "grant_id": "g"} | facts
    identifier = OutboxId(f"{client_id}-{number:04}")
    return OutboxMessage(identifier, "backchannel_logout", ClientId(client_id), said, now, 0, now)


class Counts(Counter[str]):
    """A Counters: by the name and its labels, in one text."""

    def add(self, name: str, **labels: str) -> None:
        self[" ".join((name, *labels.values()))] += 1
