"""Administration on a SQLite database of its own."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bridge.domain.ids import ConnectorId
from bridge.manage import Administration, ClientAdministration, JobAdministration, KeyAdministration
from bridge.ops.counters import Counters
from bridge.ports.clients import ClientStore
from bridge.ports.keys import SigningKeyStore
from bridge.ports.outbound import JobLog, Outbox
from bridge.stores import migrate, sql
from bridge.stores.sealing import MasterSealer

JOBS = {"outbox": 1.0, "purge": 3600.0}
CONNECTORS = (ConnectorId("camdigikey"), ConnectorId("second"))


class RememberedAudit:
    """An audit trail that can be read."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, str]]] = []

    def note(self, event: str, now: int, **facts: str) -> None:
        raise AssertionError("what operators do is recorded before anything goes on")

    def record(self, event: str, now: int, **facts: str) -> None:
        self.lines.append((event, facts))


@dataclass
class Office:
    """The stores, and administration on them."""

    clients: ClientStore
    signing_keys: SigningKeyStore
    sealer: MasterSealer
    job_log: JobLog
    outbox: Outbox
    audit: RememberedAudit = field(default_factory=RememberedAudit)

    def administration(self, clients: ClientStore | None = None) -> Administration:
        """With another store of clients, where a test needs one that misbehaves."""
        kept = clients or self.clients
        return Administration(
            ClientAdministration(kept, self.sealer, self.audit, time.time, os.urandom, CONNECTORS),
            KeyAdministration(self.signing_keys, self.audit, time.time),
            JobAdministration(self.job_log, self.outbox, JOBS),
            time.time,
        )


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    url = f"sqlite:///{tmp_path / 'bridge.db'}"
    migrate.upgrade(url)
    engine = sql.connect(url)
    sealer = MasterSealer([os.urandom(32)])
    yield Office(
        sql.SqlClients(engine, Counters()),
        sql.SqlSigningKeys(engine, sealer),
        sealer,
        sql.SqlJobLog(engine),
        sql.SqlOutbox(engine),
    )
    engine.dispose()


@pytest.fixture
def admin(office: Office) -> Administration:
    return office.administration()


@pytest.fixture
def clients(admin: Administration) -> ClientAdministration:
    return admin.clients


@pytest.fixture
def keys(admin: Administration) -> KeyAdministration:
    return admin.keys
