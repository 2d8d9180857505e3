"""Console sessions: in SQL, because administrators need the console most while Redis is away."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Delete, Engine, Row, delete, insert, or_, select, update

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.administrator import ConsoleSession
from bridge.domain.ids import AdministratorId
from bridge.stores.sql.admin_audit import chained
from bridge.stores.sql.engine import reading, writing
from bridge.stores.sql.tables import console_sessions

FORGOTTEN_AFTER = 24 * 3600  # seconds after their beginning; a session itself lives eight hours


class SqlConsoleSessions:
    """ports.ConsoleSessionStore."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(self, session: ConsoleSession, *, replaced: str = "", entry: AuditEntry | None = None) -> None:
        """Store a new one; those that are over are forgotten, and `replaced` ends."""
        over = delete(console_sessions).where(
            or_(
                console_sessions.c.created_at <= session.created_at - FORGOTTEN_AFTER,
                console_sessions.c.digest == replaced,
            )
        )

        def step(connection: Connection) -> None:
            connection.execute(over)
            connection.execute(insert(console_sessions).values(**_row(session)))
            chained(connection, entry)

        writing(self._engine, step)

    def get(self, key: str) -> ConsoleSession | None:
        """The session of that key."""
        with reading(self._engine) as connection:
            row = connection.execute(select(console_sessions).where(console_sessions.c.digest == key)).first()
        return None if row is None else _session(row)

    def use(self, key: str, now: int) -> None:
        """It was used: its idle time begins anew."""
        used = update(console_sessions).where(console_sessions.c.digest == key).values(used_at=now)
        writing(self._engine, lambda connection: connection.execute(used).close())

    def end(self, key: str, *, entry: AuditEntry | None = None) -> None:
        """End one."""
        self._delete(delete(console_sessions).where(console_sessions.c.digest == key), entry)

    def end_all(self, administrator_id: AdministratorId) -> None:
        """End all sessions of one administrator."""
        self._delete(delete(console_sessions).where(console_sessions.c.administrator_id == administrator_id))

    def all(self, administrator_id: AdministratorId) -> Sequence[ConsoleSession]:
        """Those of one administrator, the last used first."""
        query = (
            select(console_sessions)
            .where(console_sessions.c.administrator_id == administrator_id)
            .order_by(console_sessions.c.used_at.desc(), console_sessions.c.digest)
        )
        with reading(self._engine) as connection:
            return tuple(map(_session, connection.execute(query).all()))

    def _delete(self, statement: Delete, entry: AuditEntry | None = None) -> None:
        def step(connection: Connection) -> None:
            connection.execute(statement)
            chained(connection, entry)

        writing(self._engine, step)


def _row(session: ConsoleSession) -> dict[str, Any]:
    return {
        "digest": session.key,
        "administrator_id": session.administrator_id,
        "sid": session.sid,
        "session_key": session.session_key,
        "auth_time": session.auth_time,
        "created_at": session.created_at,
        "used_at": session.used_at,
        "browser": session.browser,
    }


def _session(row: Row[Any]) -> ConsoleSession:
    return ConsoleSession(
        key=row.digest,
        administrator_id=row.administrator_id,
        sid=row.sid,
        session_key=row.session_key,
        auth_time=row.auth_time,
        created_at=row.created_at,
        used_at=row.used_at,
        browser=row.browser,
    )
