"""Taking away what is over."""

from sqlalchemy import Connection, Delete, Engine, delete, update

from bridge.domain.outbox import OutboxState
from bridge.domain.policy import ROTATION_GRACE
from bridge.stores.sql.engine import writing
from bridge.stores.sql.tables import grants, outbox, refresh_tokens, spent_tokens

SPENT_STAYS = 30 * 24 * 3600  # seconds; an auth token itself lives minutes
HEARD_STAYS = 24 * 3600  # seconds; so that the same message put again is known
DEAD_LETTER_STAYS = 30 * 24 * 3600  # seconds; for an operator to see


def purge(engine: Engine, now: int) -> int:
    """Delete dead refresh tokens, Grants that are over, spent auth tokens older than 30 days, and
    messages that were heard a day ago or given up 30 days ago.

    Answers to rotations lose their 30 seconds' use and go too. Returns how many rows went.
    """
    stale_answers = refresh_tokens.c.rotated_at <= now - ROTATION_GRACE
    dead = (
        delete(refresh_tokens).where(refresh_tokens.c.expires_at <= now),
        delete(grants).where(grants.c.ends_at <= now),
        delete(spent_tokens).where(spent_tokens.c.spent_at <= now - SPENT_STAYS),
        _settled("done", now - HEARD_STAYS),
        _settled("dead", now - DEAD_LETTER_STAYS),
    )

    def step(connection: Connection) -> int:
        connection.execute(update(refresh_tokens).where(stale_answers).values(answer=None))
        return sum(connection.execute(statement).rowcount for statement in dead)

    return writing(engine, step)


def _settled(state: OutboxState, before: int) -> Delete:
    return delete(outbox).where(outbox.c.state == state, outbox.c.settled_at <= before)
