"""Taking away what is over."""

from sqlalchemy import Connection, Delete, Engine, delete, update

from bridge.domain.audit import EVENTS_OF_STRANGERS
from bridge.domain.outbox import OutboxState
from bridge.domain.policy import ROTATION_GRACE
from bridge.stores.sql.engine import writing
from bridge.stores.sql.tables import audit, grants, outbox, refresh_tokens, spent_tokens

SPENT_STAYS = 30 * 24 * 3600  # seconds; an auth token itself lives minutes
UNSOLICITED_STAYS = 24 * 3600  # seconds; these are mostly made up
AUDIT_OF_STRANGERS_STAYS = 90 * 24 * 3600  # seconds; what anybody can cause without signing in
HEARD_STAYS = 24 * 3600  # seconds; so that the same message put again is known
DEAD_LETTER_STAYS = 30 * 24 * 3600  # seconds; for an operator to see


def purge(engine: Engine, now: int) -> int:
    """Delete dead refresh tokens, Grants that are over, spent auth tokens older than 30 days (a day where
    they came without a Handoff), the audit rows of strangers after 90 days, and messages that were heard a
    day ago or given up 30 days ago.

    Answers to rotations lose their 30 seconds' use and go too. Returns how many rows went.
    """
    stale_answers = refresh_tokens.c.rotated_at <= now - ROTATION_GRACE
    dead = (
        delete(refresh_tokens).where(refresh_tokens.c.expires_at <= now),
        delete(grants).where(grants.c.ends_at <= now),
        delete(spent_tokens).where(spent_tokens.c.spent_at <= now - SPENT_STAYS),
        delete(spent_tokens).where(
            spent_tokens.c.unsolicited.is_(True), spent_tokens.c.spent_at <= now - UNSOLICITED_STAYS
        ),
        delete(audit).where(
            audit.c.event.in_(EVENTS_OF_STRANGERS), audit.c.at <= now - AUDIT_OF_STRANGERS_STAYS
        ),
        _settled("done", now - HEARD_STAYS),
        _settled("dead", now - DEAD_LETTER_STAYS),
    )

    def step(connection: Connection) -> int:
        connection.execute(update(refresh_tokens).where(stale_answers).values(answer=None))
        return sum(connection.execute(statement).rowcount for statement in dead)

    return writing(engine, step)


def _settled(state: OutboxState, before: int) -> Delete:
    return delete(outbox).where(outbox.c.state == state, outbox.c.settled_at <= before)
