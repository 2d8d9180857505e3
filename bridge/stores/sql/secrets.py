"""Lasting keys, sealed: the one of pairwise subjects, which never changes, and those of hashes."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, func, insert, select

from bridge.domain.admin_audit import AuditEntry
from bridge.ports.basics import Sealer
from bridge.ports.keys import LastingKey
from bridge.stores.sql.admin_audit import chained
from bridge.stores.sql.engine import dialect_insert, reading, writing
from bridge.stores.sql.tables import secrets
from bridge.stores.sql.watched import bump_version

FIRST = 1  # the number of a name's first key


def secret_purpose(name: str, number: int) -> str:
    """The purpose that a key is sealed for; it names the row, so that rows can't be swapped."""
    return f"secret {name}" if number == FIRST else f"secret {name} {number}"


class SqlSecrets:
    """ports.SecretStore and ports.RenewableKeys. What was read once is kept, since no row ever changes."""

    def __init__(self, engine: Engine, sealer: Sealer) -> None:
        self._engine = engine
        self._sealer = sealer
        self._known: dict[tuple[str, int], bytes] = {}

    def get_or_make(self, name: str, make: Callable[[], bytes]) -> bytes:
        """The first secret of that name; where there is none, `make`s it once for all processes.

        Raises SealBroken where the master key that sealed it is not in the settings.
        """
        if (name, FIRST) not in self._known:
            return self._opened(name, FIRST, self._found(name) or self._made(name, make()))
        return self._known[name, FIRST]

    def all(self, name: str) -> Sequence[LastingKey]:
        """Oldest first (see ports.RenewableKeys)."""
        return tuple(
            LastingKey(row.number, row.made_at, self._opened(name, row.number, row.sealed))
            for row in self._rows(name)
        )

    def listed(self, name: str) -> Sequence[LastingKey]:
        """The same without the secrets: nothing is opened."""
        return tuple(LastingKey(row.number, row.made_at) for row in self._rows(name))

    def renew(self, name: str, secret: bytes, now: int, *, entry: AuditEntry | None = None) -> int:
        """Add a key after the others; its number."""
        last = select(func.coalesce(func.max(secrets.c.number), 0)).where(secrets.c.name == name)

        def step(connection: Connection) -> int:
            bump_version(connection, "master_keys")  # its row keeps another `renew` out
            number = int(connection.execute(last).scalar_one()) + 1
            sealed = self._sealer.seal(secret_purpose(name, number), secret)
            row = {"name": name, "number": number, "made_at": now, "sealed": sealed}
            connection.execute(insert(secrets).values(**row))
            chained(connection, entry, number=str(number))
            return number

        return writing(self._engine, step)

    def _rows(self, name: str) -> Sequence[Row[Any]]:
        oldest_first = select(secrets).where(secrets.c.name == name).order_by(secrets.c.number)
        with reading(self._engine) as connection:
            return list(connection.execute(oldest_first).all())

    def _opened(self, name: str, number: int, sealed: str) -> bytes:
        known = self._known.get((name, number))
        if known is None:
            known = self._sealer.unseal(secret_purpose(name, number), sealed)
            self._known[name, number] = known
        return known

    def _found(self, name: str) -> str | None:
        with reading(self._engine) as connection:
            return connection.scalar(_first(name))

    def _made(self, name: str, secret: bytes) -> str:
        """Store a new secret. Of several processes at once, all get the one that was stored first."""
        sealed = self._sealer.seal(secret_purpose(name, FIRST), secret)
        row = {"name": name, "number": FIRST, "made_at": 0, "sealed": sealed}

        def step(connection: Connection) -> str:
            connection.execute(dialect_insert(connection, secrets).values(**row).on_conflict_do_nothing())
            return str(connection.execute(_first(name)).scalar_one())

        return writing(self._engine, step)


def _first(name: str) -> Select[str]:
    return select(secrets.c.sealed).where(secrets.c.name == name, secrets.c.number == FIRST)
