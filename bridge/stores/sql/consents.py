"""Consents: what people agreed to give clients."""

import json

from sqlalchemy import ColumnElement, Connection, Engine, delete, select

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.consent import Consent
from bridge.domain.encoding import digest
from bridge.domain.ids import ClientId, Sub, SubjectId
from bridge.stores.sql.admin_audit import chained
from bridge.stores.sql.engine import dialect_insert, reading, writing
from bridge.stores.sql.tables import consents


class SqlConsents:
    """ports.ConsentStore."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, subject_id: SubjectId, client_id: ClientId) -> Consent | None:
        """What this person agreed to give this client; None where they were not asked yet."""
        with reading(self._engine) as connection:
            row = connection.execute(select(consents).where(*_of(subject_id, client_id))).first()
        if row is None:
            return None
        scope, claims = frozenset(json.loads(row.scope)), frozenset(json.loads(row.claims))
        return Consent(subject_id, client_id, scope, claims, row.granted_at)

    def save(self, consent: Consent, *, sub: Sub | None = None) -> None:
        """Store it in place of an earlier one."""
        row = {
            "scope": json.dumps(sorted(consent.scope)),
            "claims": json.dumps(sorted(consent.claims)),
            "granted_at": consent.granted_at,
            "sub_digest": digest(sub) if sub else None,
        }

        def step(connection: Connection) -> None:
            new = dialect_insert(connection, consents).values(
                subject_id=consent.subject_id, client_id=consent.client_id, **row
            )
            connection.execute(
                new.on_conflict_do_update(index_elements=["subject_id", "client_id"], set_=row)
            )

        writing(self._engine, step)

    def remove(self, subject_id: SubjectId, client_id: ClientId, *, entry: AuditEntry | None = None) -> None:
        """Delete it, where there is one, and write the entry in the same transaction."""
        gone = delete(consents).where(*_of(subject_id, client_id))

        def step(connection: Connection) -> None:
            connection.execute(gone).close()
            chained(connection, entry)

        writing(self._engine, step)

    def subject_of(self, client_id: ClientId, sub: Sub) -> SubjectId | None:
        """Whom a client knows by this sub, where they agreed to give it something."""
        known = select(consents.c.subject_id).where(
            consents.c.client_id == client_id, consents.c.sub_digest == digest(sub)
        )
        with reading(self._engine) as connection:
            row = connection.execute(known.limit(1)).first()
        return SubjectId(row.subject_id) if row is not None else None


def _of(subject_id: SubjectId, client_id: ClientId) -> tuple[ColumnElement[bool], ...]:
    return consents.c.subject_id == subject_id, consents.c.client_id == client_id
