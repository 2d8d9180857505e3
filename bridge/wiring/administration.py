"""Builds what administration needs: SQL and keys, without Redis and CamDigiKey."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from bridge.domain.client_metadata import MAX_LIFETIMES
from bridge.domain.ids import ConnectorId
from bridge.errors import UnknownMasterKey
from bridge.manage.administration import Administration, AdministrationPorts, assemble
from bridge.manage.all_keys import AllKeys
from bridge.manage.console_client import ClientsWithConsole, console_client
from bridge.manage.hashing_keys import HashingKeyAdministration
from bridge.manage.keys import KeyAdministration
from bridge.manage.master_keys import MasterKeyAdministration
from bridge.ops.counters import Counters
from bridge.ops.pictures import Pictures
from bridge.ports.clients import ClientStore
from bridge.settings import Settings
from bridge.stores import migrate, sql
from bridge.stores.sealing import MasterSealer
from bridge.wiring.connectors import environment_of
from bridge.wiring.database import engine_of, upgrade
from bridge.wiring.job_table import EVERY
from bridge.wiring.keys import sealing

_LATE = 3600  # seconds more than Redis keeps anything, for a process that was told late


@contextmanager
def administration(settings: Settings) -> Iterator[Administration]:
    """The use cases of administration, while the block lasts. A database without tables gets them first.

    Raises ConfigError, SealBroken, StoreUnavailable.
    """
    with administration_ports(settings) as ports:
        yield assemble(ports)


@contextmanager
def administration_ports(settings: Settings) -> Iterator[AdministrationPorts]:
    """What those use cases need, while the block lasts. Raises as `administration`."""
    with _database(settings) as (engine, clock):
        sealer, counters = MasterSealer(settings.keys()), Counters()
        sql.chain_with(engine, sealer)
        sealing(engine, sealer, sql.SqlSecrets(engine, sealer), clock)
        yield AdministrationPorts(
            clients=with_console(settings, sql.SqlClients(engine, counters)),
            deleted_clients=sql.SqlDeletedClients(engine, counters),
            logos=sql.SqlLogos(engine),
            pictures=Pictures(),
            administrators=sql.SqlAdministrators(engine, sealer, counters),
            signing_keys=sql.SqlSigningKeys(engine, sealer),
            sealer=sealer,
            trail=sql.SqlAdminAudit(engine, sealer),
            outbox=sql.SqlOutbox(engine),
            job_log=sql.SqlJobLog(engine),
            clock=clock,
            token_bytes=os.urandom,
            connectors=tuple(settings.accounts),
            issuer=settings.issuer,
            environment=environment_of(settings),
            every=EVERY,
        )


@contextmanager
def key_administration(settings: Settings, *, only_look: bool = False) -> Iterator[AllKeys]:
    """The use cases of keys, while the block lasts; `only_look`: whatever master keys the settings have.

    Raises ConfigError, StoreUnavailable; UnknownMasterKey where the settings have not the key in use.
    """
    with _database(settings) as (engine, clock):
        sealer = MasterSealer(settings.keys())
        sql.chain_with(engine, sealer)
        master_keys, secrets = sql.SqlMasterKeys(engine), sql.SqlSecrets(engine, sealer)
        in_use = master_keys.in_use()
        if in_use is not None and not sealer.use(in_use) and not only_look:
            raise UnknownMasterKey(in_use)
        yield AllKeys(
            master=MasterKeyAdministration(
                master_keys,
                sql.SqlInstances(engine),
                sql.SqlResealing(engine, sealer),
                sealer.key_ids,
                max(settings.lifetimes.session, MAX_LIFETIMES["access_token"]) + _LATE,
                clock,
            ),
            hashing=HashingKeyAdministration(secrets, sql.SqlClients(engine, Counters()), clock),
            signing=KeyAdministration(sql.SqlSigningKeys(engine, sealer), clock),
            clock=clock,
        )


@contextmanager
def _database(settings: Settings) -> Iterator[tuple[Engine, sql.SharedClock]]:
    """The database and what time it is there, while the block lasts."""
    engine = engine_of(settings)
    try:
        if migrate.current(settings.database_url) is None:
            upgrade(settings)
        clock = sql.SharedClock(engine, tells=False)  # `bridge keys status` does
        clock.measure()
        yield engine, clock
    finally:
        engine.dispose()


def with_console(settings: Settings, clients: ClientStore) -> ClientStore:
    """These clients, and the console beside them where it is switched on."""
    if not settings.admin.enabled:
        return clients
    connector = ConnectorId(settings.admin.connector) if settings.admin.connector else None
    return ClientsWithConsole(clients, console_client(settings.issuer, connector))
