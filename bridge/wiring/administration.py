"""Builds what administration needs: SQL and keys, without Redis and CamDigiKey."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bridge.manage.administration import Administration
from bridge.manage.clients import ClientAdministration
from bridge.manage.jobs import JobAdministration
from bridge.manage.keys import KeyAdministration
from bridge.ops.counters import Counters
from bridge.settings import Settings
from bridge.stores import migrate, sql
from bridge.stores.sealing import MasterSealer
from bridge.wiring.database import engine_of, upgrade
from bridge.wiring.job_table import EVERY


@contextmanager
def administration(settings: Settings) -> Iterator[Administration]:
    """The use cases of administration, while the block lasts. A database without tables gets them first.

    Raises ConfigError, StoreUnavailable.
    """
    engine = engine_of(settings)
    try:
        if migrate.current(settings.database_url) is None:
            upgrade(settings)
        sealer, audit = MasterSealer(settings.keys()), sql.SqlAuditLog(engine, Counters())
        keys, clients = sql.SqlSigningKeys(engine, sealer), sql.SqlClients(engine, Counters())
        yield Administration(
            clients=ClientAdministration(
                clients, sealer, audit, time.time, os.urandom, tuple(settings.accounts)
            ),
            keys=KeyAdministration(keys, audit, time.time),
            jobs=JobAdministration(sql.SqlJobLog(engine), sql.SqlOutbox(engine), EVERY),
            clock=time.time,
        )
    finally:
        engine.dispose()
