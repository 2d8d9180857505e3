"""Signing keys."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, Row, delete, insert, or_, select, update

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.ids import Kid
from bridge.errors import SealBroken, UnknownMasterKey
from bridge.ports.basics import Sealer
from bridge.ports.keys import SigningKey
from bridge.stores.sql.admin_audit import chained
from bridge.stores.sql.engine import writing
from bridge.stores.sql.tables import signing_keys
from bridge.stores.sql.watched import CHECK_EVERY, Watched, bump_version

_VERSION = "signing_keys"
KEY_UNREADABLE = "signing_key.unreadable"


class SqlSigningKeys:
    """ports.SigningKeyStore: private keys sealed, answered from memory."""

    def __init__(
        self,
        engine: Engine,
        sealer: Sealer,
        *,
        every: float = CHECK_EVERY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._sealer = sealer
        self._keys = Watched(engine, _VERSION, self._read, every=every, clock=clock)
        self._opened: Mapping[str, SigningKey] | None = None  # by kid; None before the first reading
        self._unreadable: Mapping[str, SealBroken] = {}

    def all(self) -> Sequence[SigningKey]:
        """All keys, newest first.

        Raises SealBroken where one can't be opened at the first reading. Later on that one is as it was
        before, or left out: what was published goes on, and `check` tells.
        """
        return self._keys.value()

    def check(self) -> None:
        """Raises SealBroken where a key can't be opened, as of the last reading."""
        for failure in self._unreadable.values():
            raise failure

    def add(self, key: SigningKey, *, only_if_first: bool = False) -> bool:
        """Store a new key; whether it was stored. `only_if_first`: not where its alg has an active one."""
        active = select(signing_keys.c.kid).where(
            signing_keys.c.alg == key.alg, signing_keys.c.retired_at.is_(None)
        )
        row = self._row(key)

        def step(connection: Connection) -> bool:
            bump_version(connection, _VERSION)
            if only_if_first and connection.execute(active).first() is not None:
                return False
            connection.execute(insert(signing_keys).values(**row))
            return True

        return self._written(step)

    def succeed(
        self, key: SigningKey, before: Sequence[Kid], at: int, *, entry: AuditEntry | None = None
    ) -> None:
        """Store a new key and have those of `before` retire at `at`, unless they do so earlier already.

        From then on they no longer sign, and stay published.
        """
        row, retired_at = self._row(key), signing_keys.c.retired_at
        retired = update(signing_keys).where(
            signing_keys.c.kid.in_(before), or_(retired_at.is_(None), retired_at > at)
        )

        def step(connection: Connection) -> bool:
            bump_version(connection, _VERSION)
            connection.execute(insert(signing_keys).values(**row))
            connection.execute(retired.values(retired_at=at))
            chained(connection, entry)
            return True

        self._written(step)

    def remove(self, kid: Kid, *, entry: AuditEntry | None = None) -> None:
        """Delete it: what it has signed can no longer be verified."""

        def step(connection: Connection) -> bool:
            bump_version(connection, _VERSION)
            gone = connection.execute(delete(signing_keys).where(signing_keys.c.kid == kid)).rowcount
            chained(connection, entry)
            return bool(gone)

        self._written(step)

    def _row(self, key: SigningKey) -> dict[str, Any]:
        return {
            "kid": key.kid,
            "alg": key.alg,
            "private_jwk": self._sealer.seal(signing_key_purpose(key.kid), key.private_jwk.encode()),
            "created_at": key.created_at,
            "retired_at": key.retired_at,
        }

    def _written(self, step: Callable[[Connection], bool]) -> bool:
        done = writing(self._engine, step)
        self._keys.read_again()
        return done

    def _read(self, connection: Connection) -> tuple[SigningKey, ...]:
        newest_first = select(signing_keys).order_by(signing_keys.c.created_at.desc(), signing_keys.c.kid)
        opened: dict[str, SigningKey] = {}
        unreadable: dict[str, SealBroken] = {}
        for row in connection.execute(newest_first):
            try:
                opened[row.kid] = self._open(row)
            except SealBroken as failure:
                if self._opened is None:
                    raise
                unreadable[row.kid] = failure
                if before := self._opened.get(row.kid):
                    opened[row.kid] = replace(before, retired_at=row.retired_at)
        _tell({kid: failure for kid, failure in unreadable.items() if kid not in self._unreadable})
        self._opened, self._unreadable = opened, unreadable
        return tuple(opened.values())

    def _open(self, row: Row[Any]) -> SigningKey:
        private = self._sealer.unseal(signing_key_purpose(row.kid), row.private_jwk).decode()
        return SigningKey(row.kid, row.alg, private, row.created_at, row.retired_at)


def _tell(unreadable: Mapping[str, SealBroken]) -> None:
    """A line in the log for each key that can't be opened here, with what mends it."""
    for kid, failure in unreadable.items():
        facts = failure.facts if isinstance(failure, UnknownMasterKey) else {"cause": "seal"}
        structlog.get_logger().error(KEY_UNREADABLE, kid=kid, **facts)


def signing_key_purpose(kid: str) -> str:
    """The purpose that a key is sealed for; it names the kid, so that rows can't be swapped."""
    return f"signing key {kid}"
