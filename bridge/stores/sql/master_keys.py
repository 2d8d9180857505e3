"""Which master key seals, for all instances: SQL says it, not the order in anybody's settings.

So a key that one instance alone has been given seals nothing, and instances restart one by one in any order.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, select, update

from bridge.domain.admin_audit import AuditEntry
from bridge.ports.keys import MasterKeyUse
from bridge.stores.sql.admin_audit import chained
from bridge.stores.sql.engine import dialect_insert, reading, writing
from bridge.stores.sql.tables import master_keys
from bridge.stores.sql.watched import bump_version

_IN_USE = select(master_keys.c.key_id).where(master_keys.c.used_until.is_(None))


class SqlMasterKeys:
    """ports.MasterKeyStore: ids alone; the keys stand in the settings."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def in_use(self) -> str | None:
        """The id of the key that seals; None before the first start."""
        with reading(self._engine) as connection:
            return connection.execute(_IN_USE).scalar()

    def begin(self, key_id: str, now: int) -> str:
        """The id of the key that seals; of several first starts at once, the first one's key."""
        found = self.in_use()
        if found is not None:
            return found

        def step(connection: Connection) -> str:
            bump_version(connection, "master_keys")
            first: str | None = connection.execute(_IN_USE).scalar()
            if first is None:
                _begin_use(connection, key_id, now)
            return first or key_id

        return writing(self._engine, step)

    def use(self, key_id: str, now: int, *, entry: AuditEntry | None = None) -> None:
        """This one seals from now on; every process notices within seconds. The entry is chained with it."""
        before = update(master_keys).where(master_keys.c.used_until.is_(None), master_keys.c.key_id != key_id)

        def step(connection: Connection) -> None:
            bump_version(connection, "master_keys")
            connection.execute(before.values(used_until=now))
            _begin_use(connection, key_id, now)
            chained(connection, entry)

        writing(self._engine, step)

    def all(self) -> Sequence[MasterKeyUse]:
        """Those that seal or have sealed, newest use first."""
        newest_first = select(master_keys).order_by(master_keys.c.used_from.desc(), master_keys.c.key_id)
        with reading(self._engine) as connection:
            rows = connection.execute(newest_first).all()
        return tuple(MasterKeyUse(row.key_id, row.used_from, row.used_until) for row in rows)


def _begin_use(connection: Connection, key_id: str, now: int) -> None:
    new = dialect_insert(connection, master_keys).values(key_id=key_id, used_from=now, used_until=None)
    changed = {"used_from": now, "used_until": None}
    again = new.on_conflict_do_update(
        index_elements=["key_id"], set_=changed, where=master_keys.c.used_until.is_not(None)
    )
    connection.execute(again)
