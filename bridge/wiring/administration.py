"""Builds what administration needs: SQL and keys, without Redis and CamDigiKey."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bridge.domain.ids import ConnectorId
from bridge.manage.administration import Administration, AdministrationPorts, assemble
from bridge.manage.console_client import ClientsWithConsole, console_client
from bridge.ops.counters import Counters
from bridge.ports.clients import ClientStore
from bridge.settings import Settings
from bridge.stores import migrate, sql
from bridge.stores.sealing import MasterSealer
from bridge.wiring.connectors import environment_of
from bridge.wiring.database import engine_of, upgrade
from bridge.wiring.job_table import EVERY


@contextmanager
def administration(settings: Settings) -> Iterator[Administration]:
    """The use cases of administration, while the block lasts. A database without tables gets them first.

    Raises ConfigError, StoreUnavailable.
    """
    engine, counters = engine_of(settings), Counters()
    try:
        if migrate.current(settings.database_url) is None:
            upgrade(settings)
        sealer = MasterSealer(settings.keys())
        yield assemble(
            AdministrationPorts(
                clients=with_console(settings, sql.SqlClients(engine, counters)),
                administrators=sql.SqlAdministrators(engine, sealer, counters),
                console_sessions=sql.SqlConsoleSessions(engine),
                signing_keys=sql.SqlSigningKeys(engine, sealer),
                sealer=sealer,
                audit=sql.SqlAuditLog(engine, counters),
                outbox=sql.SqlOutbox(engine),
                job_log=sql.SqlJobLog(engine),
                clock=time.time,
                token_bytes=os.urandom,
                connectors=tuple(settings.accounts),
                issuer=settings.issuer,
                environment=environment_of(settings),
                every=EVERY,
            )
        )
    finally:
        engine.dispose()


def with_console(settings: Settings, clients: ClientStore) -> ClientStore:
    """These clients, and the console beside them where it is switched on."""
    if not settings.admin.enabled:
        return clients
    connector = ConnectorId(settings.admin.connector) if settings.admin.connector else None
    return ClientsWithConsole(clients, console_client(settings.issuer, connector))
