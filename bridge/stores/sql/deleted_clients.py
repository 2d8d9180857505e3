"""Deleted clients, while they can be restored."""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, Row, delete, insert, literal, select, tuple_

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.client import Client
from bridge.domain.deleted_client import DeletedClient
from bridge.domain.ids import ClientId
from bridge.ports.basics import Counters
from bridge.stores.records import CLIENT, RecordUnreadable
from bridge.stores.sealed import note_unreadable
from bridge.stores.sql.admin_audit import chained
from bridge.stores.sql.client_rows import row_of
from bridge.stores.sql.clients import VERSION, SqlClients
from bridge.stores.sql.engine import reading, writing
from bridge.stores.sql.tables import clients, deleted_clients
from bridge.stores.sql.watched import bump_version


class SqlDeletedClients:
    """ports.DeletedClientStore. What it restores `registered`, the clients of this process, see at once."""

    def __init__(self, engine: Engine, counters: Counters, registered: SqlClients) -> None:
        self._engine, self._counters, self._registered = engine, counters, registered

    def get(self, client_id: str, since: int) -> DeletedClient | None:
        """One that was deleted after `since`."""
        query = select(deleted_clients).where(
            deleted_clients.c.client_id == client_id, deleted_clients.c.deleted_at > since
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return None if row is None else self._read(row)

    def page(
        self, since: int, *, limit: int, before: tuple[int, ClientId] | None = None
    ) -> Sequence[DeletedClient]:
        """At most `limit`, the last deleted first (see ports.DeletedClientStore)."""
        table = deleted_clients.c
        query = select(deleted_clients).where(table.deleted_at > since, table.data.is_not(None)).limit(limit)
        if before is not None:
            place = tuple_(literal(before[0]), literal(before[1]))
            query = query.where(tuple_(table.deleted_at, table.client_id) < place)
        query = query.order_by(table.deleted_at.desc(), table.client_id.desc())
        with reading(self._engine) as connection:
            found = [self._read(row) for row in connection.execute(query).all()]
        return tuple(client for client in found if client is not None)

    def restore(self, client: Client, since: int, *, entry: AuditEntry | None = None) -> None:
        """Register it again. Raises KeyError where none of its id was deleted after `since`."""

        def step(connection: Connection) -> None:
            version = bump_version(connection, VERSION)
            gone = delete(deleted_clients).where(
                deleted_clients.c.client_id == client.client_id,
                deleted_clients.c.deleted_at > since,
                deleted_clients.c.data.is_not(None),
            )
            if not connection.execute(gone).rowcount:
                raise KeyError(client.client_id)
            row = row_of(client, version)
            connection.execute(insert(clients).values(client_id=client.client_id, **row))
            chained(connection, entry)

        writing(self._engine, step)
        self._registered.read_again()

    def _read(self, row: Row[tuple[str, int, str | None]]) -> DeletedClient | None:
        if row.data is None:
            return None
        try:
            return DeletedClient(CLIENT.load(row.data), row.deleted_at)
        except RecordUnreadable as error:
            note_unreadable(self._counters, error)
            return None
