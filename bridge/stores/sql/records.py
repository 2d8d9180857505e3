"""Consents, spent auth tokens and the audit trail."""

import json

from sqlalchemy import ColumnElement, Connection, Engine, delete, insert, select

from bridge.domain.consent import Consent
from bridge.domain.token import digest
from bridge.stores.sql.engine import dialect_insert, reading, writing
from bridge.stores.sql.tables import audit, consents, spent_tokens


class SqlConsents:
    """ports.ConsentStore."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, subject_id: str, client_id: str) -> Consent | None:
        """What this person agreed to give this client."""
        with reading(self._engine) as connection:
            row = connection.execute(select(consents).where(*_of(subject_id, client_id))).first()
        if row is None:
            return None
        scope, claims = frozenset(json.loads(row.scope)), frozenset(json.loads(row.claims))
        return Consent(row.subject_id, row.client_id, scope, claims, row.granted_at)

    def save(self, consent: Consent) -> None:
        """Keep it in place of an earlier one."""
        row = {
            "scope": json.dumps(sorted(consent.scope)),
            "claims": json.dumps(sorted(consent.claims)),
            "granted_at": consent.granted_at,
        }

        def step(connection: Connection) -> None:
            new = dialect_insert(connection, consents).values(
                subject_id=consent.subject_id, client_id=consent.client_id, **row
            )
            connection.execute(
                new.on_conflict_do_update(index_elements=["subject_id", "client_id"], set_=row)
            )

        writing(self._engine, step)

    def remove(self, subject_id: str, client_id: str) -> None:
        """Forget it."""
        gone = delete(consents).where(*_of(subject_id, client_id))
        writing(self._engine, lambda connection: connection.execute(gone).close())


def _of(subject_id: str, client_id: str) -> tuple[ColumnElement[bool], ...]:
    return consents.c.subject_id == subject_id, consents.c.client_id == client_id


class SqlSpentTokens:
    """ports.SpentTokens: by their digest, kept for longer than any auth token lives (see `purge`)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def spend(self, auth_token: str, now: int) -> bool:
        """Whether this is the first sight of it; durable when this comes back."""

        def step(connection: Connection) -> bool:
            row = dialect_insert(connection, spent_tokens).values(digest=digest(auth_token), spent_at=now)
            new = row.on_conflict_do_nothing().returning(spent_tokens.c.digest)  # rowcount tells nothing here
            return connection.execute(new).first() is not None

        return writing(self._engine, step)


class SqlAuditLog:
    """ports.AuditLog."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(self, event: str, now: int, **facts: str) -> None:
        """Keep one event; `facts` are ids and codes."""
        row = insert(audit).values(at=now, event=event, facts=json.dumps(facts, sort_keys=True))
        writing(self._engine, lambda connection: connection.execute(row).close())
