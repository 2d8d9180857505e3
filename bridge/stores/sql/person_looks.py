"""Looks at a person across applications, remembered for that person."""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, insert, select

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.ids import SubjectId
from bridge.domain.person_look import PersonLook
from bridge.stores.sql.admin_audit import chained
from bridge.stores.sql.engine import reading, writing
from bridge.stores.sql.tables import person_looks


class SqlPersonLooks:
    """ports.PersonLooks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, look: PersonLook, *, entry: AuditEntry) -> None:
        """Remember a look, and write its entry in the same transaction."""
        row = {"subject_id": look.subject_id, "at": look.at, "role": look.role, "reason": look.reason}

        def step(connection: Connection) -> None:
            connection.execute(insert(person_looks).values(**row)).close()
            chained(connection, entry)

        writing(self._engine, step)

    def of(self, subject_id: SubjectId, *, limit: int) -> Sequence[PersonLook]:
        """The newest looks at this person."""
        newest = select(person_looks).where(person_looks.c.subject_id == subject_id)
        with reading(self._engine) as connection:
            rows = connection.execute(newest.order_by(person_looks.c.id.desc()).limit(limit)).all()
        return tuple(PersonLook(SubjectId(row.subject_id), row.at, row.role, row.reason) for row in rows)
