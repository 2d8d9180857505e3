"""Deletes rows that have expired."""

from sqlalchemy import Connection, Delete, Engine, delete, select, update

from bridge.domain.approval import PROPOSALS_KEPT_FOR
from bridge.domain.audit import EVENTS_OF_STRANGERS, NOTED_EVENTS
from bridge.domain.deleted_client import RESTORABLE_FOR
from bridge.domain.outbox import OutboxState
from bridge.domain.policy import ROTATION_GRACE
from bridge.stores.sql.engine import writing
from bridge.stores.sql.logos import forget_unnamed
from bridge.stores.sql.tables import (
    activity_hours,
    api_answers,
    approvals,
    audit,
    client_uses,
    clients,
    grants,
    outbox,
    person_looks,
    refresh_tokens,
    spent_tokens,
)
from bridge.stores.sql.tombstones import forget

SPENT_TOKENS_KEPT_FOR = 30 * 24 * 3600  # seconds; an auth token itself lives minutes
UNSOLICITED_KEPT_FOR = 24 * 3600  # seconds; these are mostly made up
ACTIVITY_KEPT_FOR = 90 * 24 * 3600  # seconds; what comes at every sign-in, or from anybody
LOOKS_KEPT_FOR = 400 * 24 * 3600  # seconds; so that a person can see them for more than a year
DELIVERED_KEPT_FOR = 24 * 3600  # seconds; so that the same message put again is known
DEAD_LETTERS_KEPT_FOR = 30 * 24 * 3600  # seconds; for an operator to see


def purge(engine: Engine, now: int, activity_kept_for: int = ACTIVITY_KEPT_FOR) -> int:
    """Delete what has expired: refresh tokens and Grants, spent auth tokens, the audit events that strangers
    caused or that come at every sign-in, looks at people, old proposals, answers of the API, settled
    messages, what was registered of deleted clients, and logos that nobody names; how many rows went.

    For how long each is kept is said above; `activity_kept_for`, in seconds, is a setting. Stored responses
    of rotations older than ROTATION_GRACE are cleared too. `now` in epoch seconds. Raises StoreUnavailable.
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
            audit.c.event.in_(EVENTS_OF_STRANGERS | NOTED_EVENTS), audit.c.at <= now - activity_kept_for
        ),
        delete(approvals).where(approvals.c.expires_at <= now - PROPOSALS_KEPT_FOR),
        delete(api_answers).where(api_answers.c.expires_at <= now),
        delete(activity_hours).where(activity_hours.c.hour <= now - activity_kept_for),
        delete(client_uses).where(client_uses.c.client_id.not_in(select(clients.c.client_id))),
        delete(person_looks).where(person_looks.c.at <= now - LOOKS_KEPT_FOR),
        _settled("done", now - DELIVERED_KEPT_FOR),
        _settled("dead", now - DEAD_LETTERS_KEPT_FOR),
    )

    def step(connection: Connection) -> int:
        connection.execute(update(refresh_tokens).where(stale_answers).values(answer=None))
        gone = sum(connection.execute(statement).rowcount for statement in dead)
        return gone + forget(connection, now - RESTORABLE_FOR) + forget_unnamed(connection, now)

    return writing(engine, step)


def _settled(state: OutboxState, before: int) -> Delete:
    return delete(outbox).where(outbox.c.state == state, outbox.c.settled_at <= before)
