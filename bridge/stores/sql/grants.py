"""Offline Grants; `refresh_tokens` stores each together with its first refresh token."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Engine, select, update

from bridge.domain.encoding import digest
from bridge.domain.ids import ClientId, GrantId, Sub, SubjectId
from bridge.ports.basics import Counters, Sealer
from bridge.stores.records import GRANT
from bridge.stores.sealed import Sealed
from bridge.stores.sql.engine import reading, writing
from bridge.stores.sql.tables import grants
from bridge.stores.stored_grant import StoredGrant


class SqlGrants:
    """The SQL part of ports.GrantStore (see `stores.grants`)."""

    def __init__(self, engine: Engine, sealer: Sealer, counters: Counters) -> None:
        self._engine = engine
        self._sealed = Sealed(sealer, GRANT, counters)

    def find(self, grant_id: GrantId, now: int) -> StoredGrant | None:
        """A Grant as SQL knows it; None where it is not here, or its limit has passed."""
        query = select(grants.c.sealed, grants.c.ended_at)
        with reading(self._engine) as connection:
            row = connection.execute(query.where(grants.c.id == grant_id, grants.c.ends_at > now)).first()
        if row is None:
            return None
        return StoredGrant(self._sealed.open(row.sealed), None if row.ended_at is None else "all")

    def end(self, grant_id: GrantId, now: int) -> None:
        """End it: its refresh tokens stop working at once."""
        ended = (
            update(grants).where(grants.c.id == grant_id, grants.c.ended_at.is_(None)).values(ended_at=now)
        )
        writing(self._engine, lambda connection: connection.execute(ended).close())

    def by_subject(self, subject_id: SubjectId, now: int) -> Sequence[GrantId]:
        """A person's Grants that have not ended."""
        return self._live(grants.c.subject_id == subject_id, now)

    def by_client(self, client_id: ClientId, now: int) -> Sequence[GrantId]:
        """A client's Grants that have not ended."""
        return self._live(grants.c.client_id == client_id, now)

    def subject_of(self, client_id: ClientId, sub: Sub, now: int) -> SubjectId | None:
        """Whom a client knows by this sub, where it has a Grant whose limit has not passed."""
        known = grants.c.client_id == client_id, grants.c.sub_digest == digest(sub), grants.c.ends_at > now
        with reading(self._engine) as connection:
            row = connection.execute(select(grants.c.subject_id).where(*known).limit(1)).first()
        return SubjectId(row.subject_id) if row is not None else None

    def _live(self, whose: ColumnElement[bool], now: int) -> Sequence[GrantId]:
        live = select(grants.c.id).where(whose, grants.c.ended_at.is_(None), grants.c.ends_at > now)
        with reading(self._engine) as connection:
            found = connection.execute(live.order_by(grants.c.created_at, grants.c.id)).scalars()
            return [GrantId(grant_id) for grant_id in found]
