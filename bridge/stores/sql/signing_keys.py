"""Signing keys, and the secrets that must never change (such as the key of pairwise subjects)."""

import time
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Engine, delete, insert, or_, select, update

from bridge.domain.ids import Kid
from bridge.ports.basics import Sealer
from bridge.ports.keys import SigningKey
from bridge.stores.sql.engine import dialect_insert, reading, writing
from bridge.stores.sql.tables import secrets, signing_keys
from bridge.stores.sql.watched import CHECK_EVERY, Watched, bump_version

_VERSION = "signing_keys"


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

    def all(self) -> Sequence[SigningKey]:
        """All keys, newest first. Raises SealBroken where the master key of one is not in the settings."""
        return self._keys.value()

    def add(self, key: SigningKey, *, only_if_first: bool = False) -> bool:
        """Store a new key; whether it was stored. `only_if_first`: not where its alg has an active one."""
        active = select(signing_keys.c.kid).where(
            signing_keys.c.alg == key.alg, signing_keys.c.retired_at.is_(None)
        )
        row = {
            "kid": key.kid,
            "alg": key.alg,
            "private_jwk": self._sealer.seal(_purpose(key.kid), key.private_jwk.encode()),
            "created_at": key.created_at,
            "retired_at": key.retired_at,
        }

        def step(connection: Connection) -> bool:
            bump_version(connection, _VERSION)
            if only_if_first and connection.execute(active).first() is not None:
                return False
            connection.execute(insert(signing_keys).values(**row))
            return True

        return self._written(step)

    def retire(self, kid: Kid, now: int) -> None:
        """From `now` on it no longer signs, and stays published.

        One that retires earlier already stays so.
        """
        retired_at = signing_keys.c.retired_at
        retired = update(signing_keys).where(
            signing_keys.c.kid == kid, or_(retired_at.is_(None), retired_at > now)
        )

        def step(connection: Connection) -> bool:
            bump_version(connection, _VERSION)
            return bool(connection.execute(retired.values(retired_at=now)).rowcount)

        self._written(step)

    def remove(self, kid: Kid) -> None:
        """Delete it: what it has signed can no longer be verified."""

        def step(connection: Connection) -> bool:
            bump_version(connection, _VERSION)
            return bool(connection.execute(delete(signing_keys).where(signing_keys.c.kid == kid)).rowcount)

        self._written(step)

    def _written(self, step: Callable[[Connection], bool]) -> bool:
        done = writing(self._engine, step)
        self._keys.read_again()
        return done

    def _read(self, connection: Connection) -> tuple[SigningKey, ...]:
        newest_first = select(signing_keys).order_by(signing_keys.c.created_at.desc(), signing_keys.c.kid)
        return tuple(
            SigningKey(
                row.kid,
                row.alg,
                self._sealer.unseal(_purpose(row.kid), row.private_jwk).decode(),
                row.created_at,
                row.retired_at,
            )
            for row in connection.execute(newest_first)
        )


def _purpose(kid: str) -> str:
    """The purpose that a key is sealed for; it names the kid, so that rows can't be swapped."""
    return f"signing key {kid}"


class SqlSecrets:
    """ports.SecretStore. A secret that was read once is kept in memory, since it never changes."""

    def __init__(self, engine: Engine, sealer: Sealer) -> None:
        self._engine = engine
        self._sealer = sealer
        self._known: dict[str, bytes] = {}

    def get_or_make(self, name: str, make: Callable[[], bytes]) -> bytes:
        """The secret of that name; where there is none, `make`s it once for all processes.

        Raises SealBroken where the master key that sealed it is not in the settings.
        """
        if name not in self._known:
            sealed = self._found(name) or self._made(name, make())
            self._known[name] = self._sealer.unseal(f"secret {name}", sealed)
        return self._known[name]

    def _found(self, name: str) -> str | None:
        with reading(self._engine) as connection:
            return connection.execute(select(secrets.c.sealed).where(secrets.c.name == name)).scalar()

    def _made(self, name: str, secret: bytes) -> str:
        """Store a new secret. Of several processes at once, all get the one that was stored first."""
        row = {"name": name, "sealed": self._sealer.seal(f"secret {name}", secret)}

        def step(connection: Connection) -> str:
            connection.execute(dialect_insert(connection, secrets).values(**row).on_conflict_do_nothing())
            return str(
                connection.execute(select(secrets.c.sealed).where(secrets.c.name == name)).scalar_one()
            )

        return writing(self._engine, step)
