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
from bridge.manage.console_client import ConsoleClients, console_client
from bridge.manage.hashing_keys import HashingKeyAdministration
from bridge.manage.joining_client import JoiningClients
from bridge.manage.keys import KeyAdministration
from bridge.manage.master_keys import MasterKeyAdministration
from bridge.manage.overview import SetUp
from bridge.manage.own_clients import ClientsWithOwn
from bridge.ops.counters import Counters
from bridge.ops.pictures import Pictures
from bridge.ports.clients import ClientStore
from bridge.settings import Settings
from bridge.stores import migrate, sql
from bridge.stores.grants import Grants
from bridge.stores.redis import RedisGrants
from bridge.stores.sealing import MasterSealer
from bridge.wiring.connectors import certificates_of, environment_of
from bridge.wiring.database import engine_of, upgrade
from bridge.wiring.facts import SettingsFacts
from bridge.wiring.job_table import EVERY
from bridge.wiring.keys import sealing
from bridge.wiring.redis import redis_beside

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
        registered = sql.SqlClients(engine, counters)
        redis_store = redis_beside(settings)  # asked only where somebody's Grants are ended
        try:
            yield AdministrationPorts(
                clients=with_own_clients(settings, registered),
                deleted_clients=sql.SqlDeletedClients(engine, counters, registered),
                logos=sql.SqlLogos(engine),
                pictures=Pictures(),
                approvals=sql.SqlApprovals(engine, counters),
                people=sql.SqlClientPeople(engine, sealer, counters),
                grants=Grants(
                    RedisGrants(redis_store, sealer, counters, session_limit=settings.lifetimes.session),
                    sql.SqlGrants(engine, sealer, counters),
                ),
                administrators=sql.SqlAdministrators(engine, sealer, counters),
                signing_keys=sql.SqlSigningKeys(engine, sealer),
                sealer=sealer,
                trail=sql.SqlAdminAudit(engine, sealer),
                outbox=sql.SqlOutbox(engine),
                job_log=sql.SqlJobLog(engine),
                facts=SettingsFacts(settings),
                clock=clock,
                token_bytes=os.urandom,
                connectors=tuple(settings.accounts),
                issuer=settings.issuer,
                environment=environment_of(settings),
                every=EVERY,
                activity=sql.SqlActivity(engine),
                certificates=certificates_of(settings),
                set_up=SetUp.of(settings, environment_of(settings)),
            )
        finally:
            redis_store.close()


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


def with_own_clients(settings: Settings, clients: ClientStore) -> ClientStore:
    """These clients, and beside them those by which our own pages sign people in."""
    return ClientsWithOwn(clients, (*_console(settings), JoiningClients(settings.issuer)))


def _console(settings: Settings) -> Iterator[ConsoleClients]:
    """The console, where it is switched on."""
    if settings.admin.enabled:
        connector = ConnectorId(settings.admin.connector) if settings.admin.connector else None
        yield ConsoleClients(console_client(settings.issuer, connector))
