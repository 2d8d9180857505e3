"""What stays of deleted clients: for some days the registration, and for good that the id was taken."""

from sqlalchemy import Connection, insert, select, update

from bridge.domain.ids import ClientId
from bridge.stores.sql.tables import deleted_clients


def is_taken(connection: Connection, client_id: ClientId) -> bool:
    """Whether a deleted client had this id."""
    query = select(deleted_clients.c.client_id).where(deleted_clients.c.client_id == client_id)
    return connection.execute(query).first() is not None


def keep(connection: Connection, client_id: ClientId, data: str | None, deleted_at: int) -> None:
    """Keep what was registered of a client that is being deleted; None where it can't be read."""
    row = {"client_id": client_id, "deleted_at": deleted_at, "data": data}
    connection.execute(insert(deleted_clients).values(**row))


def forget(connection: Connection, before: int) -> int:
    """Forget what was registered of those deleted by then; their ids stay taken. How many."""
    old = deleted_clients.c.deleted_at <= before
    kept = deleted_clients.c.data.is_not(None)
    return connection.execute(update(deleted_clients).where(old, kept).values(data=None)).rowcount
