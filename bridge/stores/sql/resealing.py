"""Seals anew what rests in SQL under an earlier master key, so that the key can be retired for good."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, Table, func, select, update

from bridge.domain.admin_audit import AuditEntry
from bridge.errors import SealBroken
from bridge.ports.basics import Sealer
from bridge.stores.records import ADMINISTRATOR, CLIENT_INVITATION, CLIENT_PERSON, GRANT, INVITATION
from bridge.stores.sealing import sealing_key_id
from bridge.stores.sql.admin_audit import chained
from bridge.stores.sql.engine import reading, writing
from bridge.stores.sql.secrets import secret_purpose
from bridge.stores.sql.signing_keys import signing_key_purpose
from bridge.stores.sql.tables import (
    administrators,
    client_invitations,
    client_people,
    grants,
    invitations,
    secrets,
    signing_keys,
)

_HEAD = 7  # characters, by which the key of a sealed text is known
_BATCH = 500  # rows of one transaction


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A column of sealed texts, and the purpose that a row's text is sealed for."""

    table: Table
    column: str
    purpose: Callable[[Row[Any]], str]

    @property
    def text(self) -> ColumnElement[str]:
        return self.table.c[self.column]


_COLUMNS = (
    _Sealed(signing_keys, "private_jwk", lambda row: signing_key_purpose(row.kid)),
    _Sealed(secrets, "sealed", lambda row: secret_purpose(row.name, row.number)),
    _Sealed(grants, "sealed", lambda row: GRANT.kind),
    _Sealed(administrators, "sealed", lambda row: ADMINISTRATOR.kind),
    _Sealed(invitations, "sealed", lambda row: INVITATION.kind),
    _Sealed(client_people, "sealed", lambda row: CLIENT_PERSON.kind),
    _Sealed(client_invitations, "sealed", lambda row: CLIENT_INVITATION.kind),
)


class SqlResealing:
    """ports.Resealing. It may run beside anything: a row that changed meanwhile is left for the next time."""

    def __init__(self, engine: Engine, sealer: Sealer) -> None:
        self._engine = engine
        self._sealer = sealer

    def counts(self) -> Mapping[str, int]:
        """How many rows each key has sealed, by its id."""
        counted: Counter[str] = Counter()
        with reading(self._engine) as connection:
            for sealed in _COLUMNS:
                head = func.substr(sealed.text, 1, _HEAD)
                for text, number in connection.execute(select(head, func.count()).group_by(head)).all():
                    counted[sealing_key_id(text)] += number
        return counted

    def reseal(self, *, entry: AuditEntry | None = None) -> int:
        """Seal anew what the key in use has not sealed; how many rows. What can't be opened stays."""
        writing(self._engine, lambda connection: chained(connection, entry))
        return sum(self._resealed(sealed, batch) for sealed in _COLUMNS for batch in self._batches(sealed))

    def _batches(self, sealed: _Sealed) -> Iterator[Sequence[Row[Any]]]:
        """The rows that another key has sealed, by their primary keys."""
        keys = list(sealed.table.primary_key)
        ours = self._sealer.seal("", b"")[: _HEAD - 1]  # six characters are of version and key alone
        query = select(*keys, sealed.text.label("text")).where(func.substr(sealed.text, 1, len(ours)) != ours)
        with reading(self._engine) as connection:
            rows: Any = connection.execute(query).all()
        for start in range(0, len(rows), _BATCH):
            yield rows[start : start + _BATCH]

    def _resealed(self, sealed: _Sealed, rows: Sequence[Row[Any]]) -> int:
        changes = [change for row in rows if (change := self._change(sealed, row)) is not None]
        return writing(
            self._engine, lambda connection: sum(connection.execute(change).rowcount for change in changes)
        )

    def _change(self, sealed: _Sealed, row: Row[Any]) -> Any:
        purpose = sealed.purpose(row)
        try:
            anew = self._sealer.seal(purpose, self._sealer.unseal(purpose, row.text))
        except SealBroken:  # /readyz and the log tell of it where it matters
            return None
        this_row = [column == getattr(row, column.name) for column in sealed.table.primary_key]
        changed = update(sealed.table).where(*this_row, sealed.text == row.text)
        return changed.values({sealed.column: anew})
