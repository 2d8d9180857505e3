"""Builds what administration needs: SQL and keys, without Redis and CamDigiKey."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from bridge.domain.client_metadata import MAX_LIFETIMES
from bridge.errors import UnknownMasterKey
from bridge.manage.administration import Administration
from bridge.manage.all_keys import AllKeys
from bridge.manage.clients import ClientAdministration
from bridge.manage.hashing_keys import HashingKeyAdministration
from bridge.manage.jobs import JobAdministration
from bridge.manage.keys import KeyAdministration
from bridge.manage.master_keys import MasterKeyAdministration
from bridge.ops.counters import Counters
from bridge.settings import Settings
from bridge.stores import migrate, sql
from bridge.stores.sealing import MasterSealer
from bridge.wiring.database import engine_of, upgrade
from bridge.wiring.job_table import EVERY
from bridge.wiring.keys import sealing

_LATE = 3600  # seconds more than Redis keeps anything, for a process that was told late


@contextmanager
def administration(settings: Settings) -> Iterator[Administration]:
    """The use cases of administration, while the block lasts. A database without tables gets them first.

    Raises ConfigError, SealBroken, StoreUnavailable.
    """
    with _database(settings) as (engine, clock):
        sealer, audit = MasterSealer(settings.keys()), sql.SqlAuditLog(engine, Counters())
        sealing(engine, sealer, sql.SqlSecrets(engine, sealer), clock)
        keys, clients = sql.SqlSigningKeys(engine, sealer), sql.SqlClients(engine, Counters())
        yield Administration(
            clients=ClientAdministration(clients, sealer, audit, clock, os.urandom, tuple(settings.accounts)),
            keys=KeyAdministration(keys, audit, clock),
            jobs=JobAdministration(sql.SqlJobLog(engine), sql.SqlOutbox(engine), EVERY),
            clock=clock,
        )


@contextmanager
def key_administration(settings: Settings, *, only_look: bool = False) -> Iterator[AllKeys]:
    """The use cases of keys, while the block lasts; `only_look`: whatever master keys the settings have.

    Raises ConfigError, StoreUnavailable; UnknownMasterKey where the settings have not the key in use.
    """
    with _database(settings) as (engine, clock):
        sealer, audit = MasterSealer(settings.keys()), sql.SqlAuditLog(engine, Counters())
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
                audit,
                clock,
            ),
            hashing=HashingKeyAdministration(secrets, sql.SqlClients(engine, Counters()), audit, clock),
            signing=KeyAdministration(sql.SqlSigningKeys(engine, sealer), audit, clock),
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
