"""Registered clients."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from threading import Lock

from sqlalchemy import Connection, Engine, Select, delete, insert, literal, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.approval import Proposal
from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from bridge.ports.basics import Counters
from bridge.ports.clients import ChangedMeanwhile, ClientChange
from bridge.stores.records import CLIENT, RecordUnreadable
from bridge.stores.sealed import note_unreadable
from bridge.stores.sql.admin_audit import chained
from bridge.stores.sql.approvals import settle
from bridge.stores.sql.client_rows import name_key, row_of
from bridge.stores.sql.engine import reading, writing
from bridge.stores.sql.looks import Looks
from bridge.stores.sql.tables import clients, consents, grants, refresh_tokens
from bridge.stores.sql.tombstones import is_taken, keep
from bridge.stores.sql.watched import CHECK_EVERY, Watched, bump_version

VERSION = "clients"  # its number; whoever changes it keeps all others out who write here
LAST_LETTER = "\U0010ffff"
_KEPT = 5000  # clients in memory, some kilobytes each


def _versions(connection: Connection) -> Mapping[str, int]:
    return {
        row.client_id: row.version
        for row in connection.execute(select(clients.c.client_id, clients.c.version))
    }


def _page_query(
    limit: int, after: tuple[str, ClientId] | None, begins: str, among: Collection[str] | None
) -> Select[tuple[str]]:
    """A page of the clients by name (see ports.ClientStore), but for one whose id is `begins`."""
    place = (clients.c.name_key, clients.c.client_id)
    query = _among(select(clients.c.data).order_by(*place).limit(limit), among)
    if after is not None:
        query = query.where(tuple_(*place) > tuple_(literal(name_key(after[0])), literal(after[1])))
    if begins:
        key = name_key(begins)
        name = clients.c.name_key  # >= and <=, as PostgreSQL takes no BETWEEN with a collation
        query = query.where(name >= key, name <= key + LAST_LETTER, clients.c.client_id != begins)
    return query


def _among(query: Select[tuple[str]], among: Collection[str] | None) -> Select[tuple[str]]:
    return query if among is None else query.where(clients.c.client_id.in_(sorted(among)))


def _origins(connection: Connection) -> frozenset[str]:
    found: set[str] = set()
    for row in connection.execute(select(clients.c.data).where(clients.c.enabled)):
        try:
            found.update(CLIENT.load(row.data).allowed_origins)
        except RecordUnreadable:
            pass  # no client, and counted where it is asked for
    return frozenset(found)


class SqlClients:
    """ports.ClientStore.

    In memory are the ids of all clients with their versions, and the clients that were asked for. So after a
    change only the changed client is read again. Other processes see a change within `every` seconds, and a
    new client at once: an id that is not there asks for the version, within bounds. A record that can't be
    read counts as no client, and is counted and logged.
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
        self._index = Watched(engine, VERSION, _versions, every=every, clock=clock)
        self._allowed_origins = Watched(engine, VERSION, _origins, every=every, clock=clock)
        self._looks = Looks(clock)
        self._lock = Lock()
        self._kept: dict[str, tuple[int, Client | None]] = {}

    def get(self, client_id: str) -> Client | None:
        """The client of that id; None where there is none."""
        versions = self._index.value()
        if client_id not in versions and self._looks.allowed():
            versions = self._index.look()
        return self._of(client_id, versions)

    def latest(self, client_id: str) -> Client | None:
        """The same, after a look whether the register has changed just now."""
        return self._of(client_id, self._index.look() if self._looks.allowed() else self._index.value())

    def has_origin(self, origin: str) -> bool:
        """Whether an enabled client registered this origin for its pages."""
        return origin in self._allowed_origins.value()

    def _of(self, client_id: str, versions: Mapping[str, int]) -> Client | None:
        version = versions.get(client_id)
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

    def add(self, client: Client, *, entry: AuditEntry | None = None) -> None:
        """Store a new client. Raises KeyError when the id is taken, also by one that was deleted."""

        def step(connection: Connection) -> None:
            row = row_of(client, bump_version(connection, VERSION))
            if is_taken(connection, client.client_id):
                raise KeyError(client.client_id)
            connection.execute(insert(clients).values(client_id=client.client_id, **row))
            chained(connection, entry)

        try:
            writing(self._engine, step)
        except IntegrityError:
            raise KeyError(client.client_id) from None
        self.read_again()

    def page(
        self,
        *,
        limit: int,
        after: tuple[str, ClientId] | None = None,
        begins: str = "",
        among: Collection[str] | None = None,
    ) -> Sequence[Client]:
        """At most `limit` in the order of their names (see ports.ClientStore); the index has that order."""
        queries = [_page_query(limit, after, begins, among)]
        if begins and after is None:  # the one of that id comes first; an OR would keep the index unused
            queries.insert(0, _among(select(clients.c.data).where(clients.c.client_id == begins), among))
        with reading(self._engine) as connection:
            rows = [row for query in queries for row in connection.execute(query).all()]
        found = [self._read(row.data) for row in rows[:limit]]
        return tuple(client for client in found if client is not None)

    def replace(
        self, client: Client, *, before: Client | None = None, entry: AuditEntry | None = None
    ) -> None:
        """Store the new state of a client; `before`: what it has to be still.

        Raises KeyError when there is none of its id, ChangedMeanwhile.
        """

        def step(connection: Connection) -> None:
            row = row_of(client, bump_version(connection, VERSION))
            of_it = clients.c.client_id == client.client_id
            if before is not None:
                kept = connection.execute(select(clients.c.data).where(of_it)).scalar()
                if kept is not None and self._read(kept) != before:
                    raise ChangedMeanwhile
            if not connection.execute(update(clients).where(of_it).values(**row)).rowcount:
                raise KeyError(client.client_id)
            chained(connection, entry)

        writing(self._engine, step)
        self.read_again()

    def remove(
        self, client_id: ClientId, *, deleted_at: int | None = None, entry: AuditEntry | None = None
    ) -> None:
        """Delete a client with its consents and offline Grants, which die with it also where it is restored.

        `deleted_at`: see ports.ClientStore. Raises KeyError when there is none.
        """

        def step(connection: Connection) -> None:
            bump_version(connection, VERSION)
            data = _remove(connection, client_id)
            if data is None:
                raise KeyError(client_id)
            self._keep(connection, client_id, data, deleted_at)
            chained(connection, entry)

        writing(self._engine, step)
        self.read_again()

    def _keep(self, connection: Connection, client_id: ClientId, data: str, deleted_at: int | None) -> None:
        """Keep what was registered of a deleted client, without its secrets."""
        if deleted_at is not None:
            client = self._read(data)
            kept = None if client is None else CLIENT.dump(replace(client, secret_hashes=())).decode()
            keep(connection, client_id, kept, deleted_at)

    def change(self, changes: Sequence[ClientChange], *, decided: Sequence[Proposal] = ()) -> None:
        """All of these in one transaction, or none. Raises ChangedMeanwhile, DecidedMeanwhile, KeyError (see
        ports.ClientStore)."""

        def step(connection: Connection) -> None:
            version = bump_version(connection, VERSION)  # keeps every other writer out until all is done
            for change in changes:
                self._change(connection, change, version)
            for proposal in decided:
                settle(connection, proposal)
            for entry in (entry for change in changes for entry in change.entries):
                chained(connection, entry)

        if changes:
            writing(self._engine, step)
            self.read_again()

    def _change(self, connection: Connection, change: ClientChange, version: int) -> None:
        of_it = clients.c.client_id == change.client_id
        kept = connection.execute(select(clients.c.data).where(of_it)).scalar()
        found = None if kept is None else self._read(kept)
        if found != change.before or (kept is not None and found is None):  # one that can't be read is there
            raise ChangedMeanwhile
        if change.after is None:
            removed = _remove(connection, change.client_id)
            self._keep(connection, change.client_id, removed or "", change.deleted_at)
        elif change.before is None:
            row = row_of(change.after, version)
            if is_taken(connection, change.client_id):
                raise KeyError(change.client_id)
            connection.execute(insert(clients).values(client_id=change.client_id, **row))
        else:
            connection.execute(update(clients).where(of_it).values(**row_of(change.after, version)))

    def in_use_since(self, client_ids: Collection[ClientId], instant: int) -> Collection[ClientId]:
        """Those of these with a consent given, or a refresh token of an offline Grant issued, since then."""
        wanted = sorted(client_ids)
        queries = (
            select(consents.c.client_id).where(
                consents.c.client_id.in_(wanted), consents.c.granted_at >= instant
            ),
            select(grants.c.client_id)
            .join(refresh_tokens, refresh_tokens.c.grant_id == grants.c.id)
            .where(grants.c.client_id.in_(wanted), refresh_tokens.c.issued_at >= instant),
        )
        with reading(self._engine) as connection:
            return {ClientId(row.client_id) for query in queries for row in connection.execute(query)}

    def _fetched(self, client_id: str) -> Client | None:
        query = select(clients.c.version, clients.c.data).where(clients.c.client_id == client_id)
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        client = self._read(row.data)
        with self._lock:  # other threads make room too
            while len(self._kept) >= _KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[client_id] = (row.version, client)
        return client

    def read_again(self) -> None:
        """To be called after this process has written what is registered."""
        self._index.read_again()
        self._allowed_origins.read_again()

    def _read(self, data: str) -> Client | None:
        try:
            return CLIENT.load(data)
        except RecordUnreadable as error:
            note_unreadable(self._counters, error)
            return None


def _remove(connection: Connection, client_id: ClientId) -> str | None:
    """Delete a client with all that hangs on it; its record, None where there was none."""
    of_it = clients.c.client_id == client_id
    data = connection.execute(select(clients.c.data).where(of_it)).scalar()
    for table in (consents, grants, clients):
        connection.execute(delete(table).where(table.c.client_id == client_id))
    return data
