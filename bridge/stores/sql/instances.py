"""The processes that serve: each tells of itself, so that an operator sees which of them knows a key."""

import json
from collections.abc import Sequence

from sqlalchemy import Connection, Engine, delete, select

from bridge.ports.keys import Instance
from bridge.stores.sql.engine import dialect_insert, reading, writing
from bridge.stores.sql.tables import instances

TOLD_EVERY = 15.0  # seconds
LIVE_FOR = 60  # seconds; who has not told of itself for so long has ended


class SqlInstances:
    """ports.Instances. What has ended without a word is deleted by whoever tells next."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def tell(self, instance: Instance) -> None:
        """Store it in place of what it told before."""
        row = {
            "host": instance.host[:255],
            "master_keys": json.dumps(instance.master_keys),
            "clock_ahead": instance.clock_ahead,
            "seen_at": instance.seen_at,
        }
        ended = delete(instances).where(instances.c.seen_at <= instance.seen_at - LIVE_FOR)

        def step(connection: Connection) -> None:
            new = dialect_insert(connection, instances).values(id=instance.id, **row)
            connection.execute(new.on_conflict_do_update(index_elements=["id"], set_=row))
            connection.execute(ended)

        writing(self._engine, step)

    def leave(self, instance_id: str) -> None:
        """It serves no more."""
        gone = delete(instances).where(instances.c.id == instance_id)
        writing(self._engine, lambda connection: connection.execute(gone).close())

    def live(self, now: int) -> Sequence[Instance]:
        """Those that told of themselves lately, by their hosts."""
        lately = select(instances).where(instances.c.seen_at > now - LIVE_FOR)
        with reading(self._engine) as connection:
            rows = connection.execute(lately.order_by(instances.c.host, instances.c.id)).all()
        return tuple(
            Instance(row.id, row.host, tuple(json.loads(row.master_keys)), row.clock_ahead, row.seen_at)
            for row in rows
        )
