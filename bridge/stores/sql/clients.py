"""Registered clients."""

import time
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from bridge.ports.basics import Counters
from bridge.stores.records import CLIENT, RecordUnreadable
from bridge.stores.sealed import note_unreadable
from bridge.stores.sql.engine import reading, writing
from bridge.stores.sql.tables import clients, consents, grants
from bridge.stores.sql.watched import CHECK_EVERY, Watched, bump_version

_VERSION = "clients"
_KEPT = 5000  # clients in memory, some kilobytes each


def _versions(connection: Connection) -> Mapping[str, int]:
    return {
        row.client_id: row.version
        for row in connection.execute(select(clients.c.client_id, clients.c.version))
    }


class SqlClients:
    """ports.ClientStore.

    In memory are the ids of all clients with their versions, and the clients that were asked for. So an
    unknown id costs no query, and after a change only the changed client is read again. Other processes see a
    change within `every` seconds. A record that can't be read counts as no client, and is counted and logged.
    """

    def __init__(
        self,
        engine: Engine,
        counters: Counters,
        *,
        every: float = CHECK_EVERY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._counters = counters
        self._index = Watched(engine, _VERSION, _versions, every=every, clock=clock)
        self._kept: dict[str, tuple[int, Client | None]] = {}

    def get(self, client_id: str) -> Client | None:
        """The client of that id; None where there is none."""
        version = self._index.value().get(client_id)
        if version is None:
            return None
        kept = self._kept.get(client_id)
        if kept is not None and kept[0] == version:
            return kept[1]
        return self._fetched(client_id)

    def all(self) -> Sequence[Client]:
        """In the order of their names, straight from SQL."""
        with reading(self._engine) as connection:
            rows = connection.execute(
                select(clients.c.data).order_by(clients.c.client_name, clients.c.client_id)
            ).all()
        found = (self._read(row.data) for row in rows)
        return tuple(client for client in found if client is not None)

    def add(self, client: Client) -> None:
        """Store a new client. Raises KeyError when the id is taken."""

        def step(connection: Connection) -> None:
            row = _row(client, bump_version(connection, _VERSION))
            connection.execute(insert(clients).values(client_id=client.client_id, **row))

        try:
            writing(self._engine, step)
        except IntegrityError:
            raise KeyError(client.client_id) from None
        self._index.read_again()

    def replace(self, client: Client) -> None:
        """Store the new state of a client. Raises KeyError when there is none of its id."""

        def step(connection: Connection) -> None:
            row = _row(client, bump_version(connection, _VERSION))
            changed = update(clients).where(clients.c.client_id == client.client_id).values(**row)
            if not connection.execute(changed).rowcount:
                raise KeyError(client.client_id)

        writing(self._engine, step)
        self._index.read_again()

    def remove(self, client_id: ClientId) -> None:
        """Delete a client with its consents and offline Grants: a later one of that id must not inherit them.

        Raises KeyError when there is none.
        """

        def step(connection: Connection) -> None:
            bump_version(connection, _VERSION)
            for table in (consents, grants):
                connection.execute(delete(table).where(table.c.client_id == client_id))
            if not connection.execute(delete(clients).where(clients.c.client_id == client_id)).rowcount:
                raise KeyError(client_id)

        writing(self._engine, step)
        self._index.read_again()

    def _fetched(self, client_id: str) -> Client | None:
        query = select(clients.c.version, clients.c.data).where(clients.c.client_id == client_id)
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        while len(self._kept) >= _KEPT:
            self._kept.pop(next(iter(self._kept)), None)
        client = self._read(row.data)
        self._kept[client_id] = (row.version, client)
        return client

    def _read(self, data: str) -> Client | None:
        try:
            return CLIENT.load(data)
        except RecordUnreadable as error:
            note_unreadable(self._counters, error)
            return None


def _row(client: Client, version: int) -> dict[str, str | int | None]:
    return {
        "client_name": client.client_name,
        "enabled": client.enabled,
        "application_type": client.application_type,
        "connector": client.connector,
        "client_id_issued_at": client.client_id_issued_at,
        "data": CLIENT.dump(client).decode(),
        "version": version,
        "changed_at": int(time.time()),
    }
