"""Deletes rows that have expired."""

from sqlalchemy import Connection, Delete, Engine, delete, update

from bridge.domain.audit import EVENTS_OF_STRANGERS, NOTED_EVENTS
from bridge.domain.outbox import OutboxState
from bridge.domain.policy import ROTATION_GRACE
from bridge.stores.sql.engine import writing
from bridge.stores.sql.tables import audit, grants, outbox, person_looks, refresh_tokens, spent_tokens

SPENT_TOKENS_KEPT_FOR = 30 * 24 * 3600  # seconds; an auth token itself lives minutes
UNSOLICITED_KEPT_FOR = 24 * 3600  # seconds; these are mostly made up
AUDIT_OF_STRANGERS_KEPT_FOR = 90 * 24 * 3600  # seconds; what anybody can cause without signing in
NOTED_KEPT_FOR = 90 * 24 * 3600  # seconds; who signed in where, which comes at every sign-in
LOOKS_KEPT_FOR = 400 * 24 * 3600  # seconds; so that a person can see them for more than a year
DELIVERED_KEPT_FOR = 24 * 3600  # seconds; so that the same message put again is known
DEAD_LETTERS_KEPT_FOR = 30 * 24 * 3600  # seconds; for an operator to see


def purge(engine: Engine, now: int) -> int:
    """Delete what has expired: refresh tokens and Grants, spent auth tokens, the audit events that strangers
    caused or that come at every sign-in, looks at people, and settled messages; how many rows went.

    For how long each is kept is said above. Stored responses of rotations older than ROTATION_GRACE are
    cleared too. `now` in epoch seconds. Raises StoreUnavailable.
    """
    stale_answers = refresh_tokens.c.rotated_at <= now - ROTATION_GRACE
    dead = (
        delete(refresh_tokens).where(refresh_tokens.c.expires_at <= now),
        delete(grants).where(grants.c.ends_at <= now),
        delete(spent_tokens).where(spent_tokens.c.spent_at <= now - SPENT_TOKENS_KEPT_FOR),
        delete(spent_tokens).where(
            spent_tokens.c.unsolicited.is_(True), spent_tokens.c.spent_at <= now - UNSOLICITED_KEPT_FOR
        ),
        delete(audit).where(
            audit.c.event.in_(EVENTS_OF_STRANGERS), audit.c.at <= now - AUDIT_OF_STRANGERS_KEPT_FOR
        ),
        delete(audit).where(audit.c.event.in_(NOTED_EVENTS), audit.c.at <= now - NOTED_KEPT_FOR),
        delete(person_looks).where(person_looks.c.at <= now - LOOKS_KEPT_FOR),
        _settled("done", now - DELIVERED_KEPT_FOR),
        _settled("dead", now - DEAD_LETTERS_KEPT_FOR),
    )

    def step(connection: Connection) -> int:
        connection.execute(update(refresh_tokens).where(stale_answers).values(answer=None))
        return sum(connection.execute(statement).rowcount for statement in dead)

    return writing(engine, step)


def _settled(state: OutboxState, before: int) -> Delete:
    return delete(outbox).where(outbox.c.state == state, outbox.c.settled_at <= before)
