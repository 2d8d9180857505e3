"""Administration on a SQLite database of its own."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from bridge.domain.admin_audit import MACHINE, AuditEntry
from bridge.domain.expiry import Expiry
from bridge.domain.ids import ConnectorId
from bridge.manage import Administration, ClientAdministration, KeyAdministration
from bridge.manage.administration import AdministrationPorts, assemble
from bridge.manage.overview import SetUp
from bridge.ops.counters import Counters
from bridge.ops.pictures import Pictures
from bridge.ports.activity import ActivityLog
from bridge.ports.administrators import AdministratorStore
from bridge.ports.approvals import ApprovalStore
from bridge.ports.audit import AdminAudit
from bridge.ports.basics import Clock
from bridge.ports.clients import ClientStore, DeletedClientStore
from bridge.ports.keys import SigningKeyStore
from bridge.ports.logos import LogoStore
from bridge.ports.outbound import JobLog, Outbox
from bridge.stores import sql
from bridge.stores.sealing import MasterSealer
from tests.support.databases import sqlite_with_tables

JOBS = {"outbox": 1.0, "purge": 3600.0}
ISSUER = "https://sso.example"
ENVIRONMENT = "https://camdigikey.example"
SET_UP = SetUp(secure=True, simulator=False, networks=True, alerts=True)
CONNECTORS = (ConnectorId("camdigikey"), ConnectorId("second"))


def told(trail: AdminAudit) -> list[AuditEntry]:
    """What the trail of administration tells of people, oldest first."""
    entries = [row.entry for row in trail.page(limit=1000)]
    return [entry for entry in reversed(entries) if entry.actor != MACHINE]


@dataclass
class Office:
    """The stores, and administration on them."""

    clients: ClientStore
    approvals: ApprovalStore
    signing_keys: SigningKeyStore
    sealer: MasterSealer
    job_log: JobLog
    outbox: Outbox
    administrators: AdministratorStore
    trail: AdminAudit
    deleted_clients: DeletedClientStore
    logos: LogoStore
    activity: ActivityLog
    audit: sql.SqlAuditLog
    certificates: Sequence[Expiry] = ()
    set_up: SetUp = SET_UP
    clock: Clock = time.time
    environment: str = ENVIRONMENT
    issuer: str = ISSUER

    def administration(self, clients: ClientStore | None = None) -> Administration:
        """With another store of clients, where a test needs one that misbehaves."""
        kept = clients or self.clients
        return assemble(
            AdministrationPorts(
                clients=kept,
                approvals=self.approvals,
                people=cast(Any, None),  # tests/access has its own
                grants=cast(Any, None),
                deleted_clients=self.deleted_clients,
                logos=self.logos,
                pictures=Pictures(within=30),
                administrators=self.administrators,
                signing_keys=self.signing_keys,
                sealer=self.sealer,
                trail=self.trail,
                outbox=self.outbox,
                job_log=self.job_log,
                facts=cast(Any, None),
                clock=self.clock,
                token_bytes=os.urandom,
                connectors=CONNECTORS,
                issuer=self.issuer,
                environment=self.environment,
                every=JOBS,
                activity=self.activity,
                certificates=self.certificates,
                set_up=self.set_up,
            )
        )


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    url = sqlite_with_tables(tmp_path / "bridge.db")
    engine = sql.connect(url)
    sealer = MasterSealer([os.urandom(32)])
    sql.chain_with(engine, sealer)
    yield Office(
        sql.SqlClients(engine, Counters()),
        sql.SqlApprovals(engine, Counters()),
        sql.SqlSigningKeys(engine, sealer),
        sealer,
        sql.SqlJobLog(engine),
        sql.SqlOutbox(engine),
        sql.SqlAdministrators(engine, sealer, Counters()),
        sql.SqlAdminAudit(engine, sealer),
        sql.SqlDeletedClients(engine, Counters(), sql.SqlClients(engine, Counters())),
        sql.SqlLogos(engine),
        sql.SqlActivity(engine),
        sql.SqlAuditLog(engine, Counters()),
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
