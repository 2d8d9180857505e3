"""The trail of administration: one row after another, in the transaction of what it tells of."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, Row, Select, delete, func, insert, select

from bridge.domain.admin_audit import MACHINE, AuditEntry, AuditHead, AuditRow, AuditVerdict
from bridge.errors import NotRecorded
from bridge.stores.audit_chain import (
    OPENED,
    PRUNED,
    UNFIT,
    ChainKeys,
    ChainRow,
    SegmentHash,
    begins_segment,
    facts_of,
    known_key,
    next_row,
    opening_entry,
    signed_head,
)
from bridge.stores.audit_verifier import AuditVerifier, Beginning
from bridge.stores.sql.engine import reading, writing
from bridge.stores.sql.tables import admin_audit, master_keys, versions
from bridge.stores.sql.watched import bump_version

_VERSION = "admin_audit"  # its number is that of the last row; changing it keeps other writers out
_KEYS = "audit_chain_keys"
_NEWEST = select(admin_audit).order_by(admin_audit.c.sequence.desc()).limit(1)
_BATCH = 1000  # rows that are read at a time


def chain_with(engine: Engine, keys: ChainKeys) -> None:
    """From now on `chained` writes rows on this engine, with these keys."""
    engine.update_execution_options(**{_KEYS: keys})


def chained(connection: Connection, entry: AuditEntry | None, **facts: str) -> None:
    """Write an entry after the last row, in the transaction of what it tells of; None: nothing is to be told.

    The last step of a transaction: it keeps others out who would write here. `facts`: those that the store
    alone knows. Raises NotRecorded where this process does not know the key in use.
    """
    if entry is None:
        return
    keys: ChainKeys = connection.get_execution_options()[_KEYS]
    sequence = bump_version(connection, _VERSION)
    last, key_id = _row(connection.execute(_NEWEST).first()), _key_in_use(connection, keys)
    key, segment = known_key(keys, key_id), last.segment if last else 0
    if key is None:
        raise NotRecorded(key_id)
    opening = _opening(connection, segment) if last else None
    if begins_segment(opening, key_id, entry.at):
        before = _vouched_for(connection, keys, segment)
        segment += 1
        last = next_row(key, sequence, last, segment, opening_entry(entry.at, key_id, before))
        _insert(connection, last)
        sequence = bump_version(connection, _VERSION)
    told = replace(entry, facts={**entry.facts, **facts})
    _insert(connection, next_row(key, sequence, last, segment, told))


class SqlAdminAudit:
    """ports.AdminAudit."""

    def __init__(self, engine: Engine, keys: ChainKeys) -> None:
        self._engine = engine
        self._keys = keys

    def record(self, entry: AuditEntry) -> None:
        """Keep an entry that comes with no change of a row."""
        writing(self._engine, lambda connection: chained(connection, entry))

    def page(
        self,
        *,
        limit: int,
        before: int | None = None,
        since: int = 0,
        actor: str = "",
        event: str = "",
        subject: str = "",
    ) -> Sequence[AuditRow]:
        """At most `limit` rows that fit, newest first (see ports.AdminAudit)."""
        query = page_query(limit, before, since, actor, event, subject)
        with reading(self._engine) as connection:
            return tuple(_made(row).read() for row in connection.execute(query).all())

    def head(self) -> AuditHead | None:
        """The last row, signed with the key that seals."""
        with reading(self._engine) as connection:
            last = _row(connection.execute(_NEWEST).first())
        return None if last is None else signed_head(self._keys, last)

    def verify(self, head: str = "") -> AuditVerdict:
        """Walk all rows as they are at one moment (see ports.AdminAudit)."""

        def step(connection: Connection) -> AuditVerdict:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            return self._verified(connection, head)

        return writing(self._engine, step)

    def _verified(self, connection: Connection, head: str) -> AuditVerdict:
        counted = int(connection.execute(_COUNTED).scalar_one())
        verifier = AuditVerifier(self._keys, _beginning(connection), head)
        for row in _all(connection):
            verifier.row(row)
        return verifier.verdict(counted)

    def prune(self, before: int, now: int) -> int:
        """Delete whole segments that are older than `before`, never the last one; how many rows.

        Nothing of a trail that does not verify: it would take the traces away.
        """

        def step(connection: Connection) -> int:
            connection.execute(_COUNTED.with_for_update())  # keeps other writers out
            last = _last_old(connection, before)
            if last is None:
                return 0
            if faults := self._verified(connection, "").faults:
                structlog.get_logger().error("audit.not_pruned", faults=len(faults))
                return 0
            hashed = SegmentHash(_segment(connection, last.segment))
            gone = delete(admin_audit).where(admin_audit.c.segment <= last.segment)
            rows = connection.execute(gone).rowcount
            facts = {
                "through": str(last.sequence),
                "rows": str(rows),
                "mac": last.mac,
                "segment": hashed.text(),
            }
            chained(connection, AuditEntry(now, MACHINE, PRUNED, "", facts))
            return rows

        return writing(self._engine, step)


def page_query(
    limit: int, before: int | None = None, since: int = 0, actor: str = "", event: str = "", subject: str = ""
) -> Select[Any]:
    """The rows of a page, newest first; there is an index for each text that may be asked for."""
    query = select(admin_audit).order_by(admin_audit.c.sequence.desc()).limit(limit)
    for column, wanted in (("actor", actor), ("event", event), ("subject", subject)):
        if wanted:
            query = query.where(admin_audit.c[column] == wanted)
    if before is not None:
        query = query.where(admin_audit.c.sequence < before)
    return query.where(admin_audit.c.at >= since) if since else query


_COUNTED = select(versions.c.number).where(versions.c.name == _VERSION)


def _key_in_use(connection: Connection, keys: ChainKeys) -> str:
    """The key that SQL names, also where this process has not noticed yet that it is another one."""
    in_use = select(master_keys.c.key_id).where(master_keys.c.used_until.is_(None))
    return connection.execute(in_use).scalar() or keys.seals_with


def _opening(connection: Connection, segment: int) -> ChainRow | None:
    query = select(admin_audit).where(admin_audit.c.segment == segment, admin_audit.c.event == OPENED)
    return _row(connection.execute(query).first())


def _vouched_for(connection: Connection, keys: ChainKeys, segment: int) -> str:
    """The hash of a segment; UNFIT where a mac in it does not fit, or its key is not known here."""
    rows = list(_segment(connection, segment))
    if not rows:
        return SegmentHash().text()
    before = _row(connection.execute(_NEWEST.where(admin_audit.c.sequence < rows[0].sequence)).first())
    mark = facts_of(rows[0]).get("before", "")  # of the segment before this one, which is not looked at here
    beginning = _beginning(connection)
    if before is not None:
        beginning = Beginning(before.sequence, before.mac)
    verifier = AuditVerifier(keys, replace(beginning, segment=mark))
    for row in rows:
        verifier.row(row)
    return UNFIT if verifier.verdict(rows[-1].sequence).faults else SegmentHash(rows).text()


def _segment(connection: Connection, segment: int) -> Iterator[ChainRow]:
    query = select(admin_audit).where(admin_audit.c.segment == segment).order_by(admin_audit.c.sequence)
    return map(_made, connection.execute(query).yield_per(_BATCH))


def _all(connection: Connection) -> Iterator[ChainRow]:
    query = select(admin_audit).order_by(admin_audit.c.sequence)
    return map(_made, connection.execute(query).yield_per(_BATCH))


def _beginning(connection: Connection) -> Beginning:
    """What the newest entry of a pruning says of the rows that are gone; the walk comes to that entry too."""
    query = select(admin_audit).where(admin_audit.c.event == PRUNED).order_by(admin_audit.c.sequence.desc())
    pruned = _row(connection.execute(query.limit(1)).first())
    if pruned is None:
        return Beginning()
    facts = facts_of(pruned)
    through = facts.get("through", "")
    number = int(through) if through.isdecimal() and len(through) < 19 else 0
    return Beginning(number, facts.get("mac", ""), facts.get("segment", ""))


def _last_old(connection: Connection, before: int) -> ChainRow | None:
    """The last row of the last segment of which nothing is younger; None where there is none."""
    newest = select(func.max(admin_audit.c.segment)).scalar_subquery()
    young = select(func.min(admin_audit.c.segment)).where(admin_audit.c.at > before).scalar_subquery()
    old = select(admin_audit).where(
        admin_audit.c.segment < newest, admin_audit.c.segment < func.coalesce(young, newest)
    )
    return _row(connection.execute(old.order_by(admin_audit.c.sequence.desc()).limit(1)).first())


def _insert(connection: Connection, row: ChainRow) -> None:
    connection.execute(insert(admin_audit).values(**row._asdict()))


def _row(found: Row[Any] | None) -> ChainRow | None:
    return None if found is None else _made(found)


def _made(found: Row[Any]) -> ChainRow:
    return ChainRow._make(found)
