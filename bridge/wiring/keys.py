"""The keys of one process: which master key seals, what hashes, and what others are told of them.

Both follow SQL, so that all instances do the same: `sealing` at a start, `KeyWatch` from then on.
"""

import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import util
from typing import Any

from sqlalchemy import Engine, select

from bridge.domain.encoding import random_text
from bridge.domain.lasting_keys import HASHING_KEYS
from bridge.errors import ConfigError, StoreUnavailable, UnknownMasterKey
from bridge.ports.basics import Clock
from bridge.ports.keys import Instance
from bridge.stores import sql
from bridge.stores.hashes import LastingHashes
from bridge.stores.sealing import MasterSealer
from bridge.stores.sql.engine import reading
from bridge.stores.sql.instances import TOLD_EVERY
from bridge.stores.sql.tables import clients

HASHES_LOST = (
    "The database knows clients, but the key that their secrets are checked with is gone: restore a backup."
)


def sealing(engine: Engine, sealer: MasterSealer, secrets: sql.SqlSecrets, clock: Clock) -> LastingHashes:
    """Have the sealer use what SQL says: the master key in use, and the keys of hashes, which it gives.

    At the first start of all the first master key of the settings comes into use, and keys are made.
    Raises UnknownMasterKey where the settings have not the key in use, SealBroken, ConfigError where a key is
    lost, StoreUnavailable.
    """
    in_use = sql.SqlMasterKeys(engine).begin(sealer.key_ids[0], int(clock()))
    if not sealer.use(in_use):
        raise UnknownMasterKey(in_use)
    for row in HASHING_KEYS:
        secrets.get_or_make(row.name, lambda: _new_hashing_key(engine))
    hashes = LastingHashes(secrets, clock)
    hashes.read()
    sealer.hash_by(hashes)
    return hashes


def _new_hashing_key(engine: Engine) -> bytes:
    with reading(engine) as connection:
        if connection.execute(select(clients.c.client_id).limit(1)).first() is not None:
            raise ConfigError((HASHES_LOST,))
    return os.urandom(32)


class KeyWatch:
    """A HealthCheck, asked every two seconds: follows the keys in SQL, and tells which are known here.

    It passes while SQL is away, which another check tells of: then everything goes on with what is known.
    """

    def __init__(
        self,
        engine: Engine,
        sealer: MasterSealer,
        hashes: LastingHashes,
        signing_keys: sql.SqlSigningKeys,
        clock: sql.SharedClock | Clock,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._master_keys = sql.SqlMasterKeys(engine)
        self._instances = sql.SqlInstances(engine)
        self._sealer = sealer
        self._hashes = hashes
        self._signing_keys = signing_keys
        self._clock = clock
        self._steady = steady
        self._id = random_text(os.urandom, 12)
        self._tell_at = 0.0
        self._at_exit: Any = None

    def __call__(self) -> None:
        """Raises UnknownMasterKey, or SealBroken, where what others seal can't be opened here."""
        try:
            self._tell()
            in_use = self._master_keys.in_use()
            known = in_use is None or self._sealer.use(in_use)
            self._hashes.read()
            self._signing_keys.all()
        except StoreUnavailable:
            return
        if not known and in_use is not None:
            raise UnknownMasterKey(in_use)
        self._signing_keys.check()

    def leave(self) -> None:
        """This process serves no more. Where SQL is away others find out within a minute."""
        if self._at_exit is not None:
            self._at_exit.cancel()
            self._at_exit = None
            with suppress(StoreUnavailable):
                self._instances.leave(self._id)

    def _tell(self) -> None:
        if self._steady() < self._tell_at:
            return
        ahead = self._clock.differs_by() if isinstance(self._clock, sql.SharedClock) else 0.0
        now = int(self._clock())
        self._instances.tell(
            Instance(self._id, socket.gethostname(), self._sealer.key_ids, round(ahead), now)
        )
        self._tell_at = self._steady() + TOLD_EVERY
        if self._at_exit is None:  # workers are forks of multiprocessing, which runs these at their end
            self._at_exit = util.Finalize(None, self.leave, exitpriority=10)
