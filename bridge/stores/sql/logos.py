"""Logos of applications, each under its application and its digest."""

from functools import lru_cache

from sqlalchemy import Connection, Engine, delete, exists, insert, literal, select, update

from bridge.domain.ids import ClientId
from bridge.domain.picture import Picture
from bridge.stores.sql.engine import reading, writing
from bridge.stores.sql.tables import clients, deleted_clients, logos

KEPT = 64  # logos in memory, each 1 MB at most and mostly some kilobytes
UNNAMED_KEPT_FOR = 24 * 3600  # seconds; one is stored before its application names it


class SqlLogos:
    """ports.LogoStore."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._read = lru_cache(KEPT)(self._fetched)  # of this store alone, and what it reads never changes

    def add(self, client_id: ClientId, logo: Picture, made_at: int) -> None:
        """Keep it, also where it is there already."""
        of_it = (logos.c.client_id == client_id, logos.c.digest == logo.digest)

        def step(connection: Connection) -> None:
            if not connection.execute(update(logos).where(*of_it).values(made_at=made_at)).rowcount:
                row = {"client_id": client_id, "digest": logo.digest, "png": logo.png, "made_at": made_at}
                connection.execute(insert(logos).values(**row))

        writing(self._engine, step)

    def get(self, client_id: str, digest: str) -> bytes | None:
        """The PNG of that digest; answered from memory, once it was read."""
        try:
            return self._read(client_id, digest)
        except KeyError:
            return None

    def _fetched(self, client_id: str, digest: str) -> bytes:
        query = select(logos.c.png).where(logos.c.client_id == client_id, logos.c.digest == digest)
        with reading(self._engine) as connection:
            found: bytes | None = connection.execute(query).scalar()
        if found is None:
            raise KeyError(digest)  # which is not kept in memory
        return found


def forget_unnamed(connection: Connection, now: int) -> int:
    """Delete those that their application does not name, nor would where it is restored; how many."""
    named = [
        exists(
            select(table.c.client_id).where(
                table.c.client_id == logos.c.client_id,
                table.c.data.like(literal("%") + logos.c.digest + literal("%")),
            )
        )
        for table in (clients, deleted_clients)
    ]
    old = logos.c.made_at <= now - UNNAMED_KEPT_FOR
    return connection.execute(delete(logos).where(old, ~named[0], ~named[1])).rowcount
