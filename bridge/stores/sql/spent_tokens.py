"""Auth tokens that were used; none is accepted twice (DESIGN §6.5)."""

from sqlalchemy import Connection, Engine, func, literal, select

from bridge.domain.encoding import digest
from bridge.stores.sql.engine import dialect_insert, writing
from bridge.stores.sql.tables import spent_tokens

MAX_UNSOLICITED = 20_000  # rows; made-up tokens cost a stranger nothing


class SqlSpentTokens:
    """ports.SpentTokens: stored as digests, for longer than any auth token lives (see `purge`).

    `max_unsolicited`: of tokens that came without a Handoff so many are kept at a time, and no more taken.
    """

    def __init__(self, engine: Engine, *, max_unsolicited: int = MAX_UNSOLICITED) -> None:
        self._engine = engine
        self._max_unsolicited = max_unsolicited
        # One unique key for both kinds, so that no token is first twice. Built here once: building it costs
        # twice what SQLite needs to store the row.
        self._insert = (
            dialect_insert(engine, spent_tokens)
            .on_conflict_do_nothing()
            .returning(spent_tokens.c.digest)  # rowcount tells nothing here
        )

    def spend(self, auth_token: str, now: int) -> bool:
        """Record that a token is used, durably; False where it was used before."""
        return writing(self._engine, lambda connection: self._is_new(connection, auth_token, now, False))

    def spend_unsolicited(self, auth_token: str, now: int) -> bool | None:
        """The same for one that came without a Handoff; None: too many of those are kept already."""
        kept = select(literal(1)).where(spent_tokens.c.unsolicited.is_(True)).limit(self._max_unsolicited)
        count = select(func.count()).select_from(kept.subquery())

        def step(connection: Connection) -> bool | None:
            if connection.execute(count).scalar_one() >= self._max_unsolicited:
                return None
            return self._is_new(connection, auth_token, now, True)

        return writing(self._engine, step)

    def _is_new(self, connection: Connection, auth_token: str, now: int, unsolicited: bool) -> bool:
        """Whether the row was not there."""
        row = {"digest": digest(auth_token), "spent_at": now, "unsolicited": unsolicited}
        return connection.execute(self._insert, row).first() is not None
