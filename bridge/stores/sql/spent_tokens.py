"""Auth tokens that were used; none is accepted twice (DESIGN §6.5)."""

from sqlalchemy import Connection, Engine

from bridge.domain.encoding import digest
from bridge.stores.sql.engine import dialect_insert, writing
from bridge.stores.sql.tables import spent_tokens


class SqlSpentTokens:
    """ports.SpentTokens: stored as digests, for longer than any auth token lives (see `purge`)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def spend(self, auth_token: str, now: int) -> bool:
        """Record that a token is used, durably; False where it was used before."""

        def step(connection: Connection) -> bool:
            row = dialect_insert(connection, spent_tokens).values(digest=digest(auth_token), spent_at=now)
            new = row.on_conflict_do_nothing().returning(spent_tokens.c.digest)  # rowcount tells nothing here
            return connection.execute(new).first() is not None

        return writing(self._engine, step)
