"""What happened at applications, read from the audit trail; each query walks an index of its own order."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, Select, func, literal, or_, select, tuple_

from bridge.domain.activity import (
    TROUBLE,
    ActivityFilter,
    ActivityPlace,
    ActivityRow,
    HourCount,
    Rejections,
    in_order,
)
from bridge.stores.sql.engine import reading
from bridge.stores.sql.tables import activity_hours, audit, client_uses

MAX_TOGETHER = 20  # sign-ins that one reference number may lead to: whoever sends requests may choose it


class SqlActivity:
    """ports.ActivityLog."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(
        self,
        wanted: ActivityFilter,
        *,
        limit: int,
        before: ActivityPlace | None = None,
        among: Collection[str] | None = None,
    ) -> Sequence[ActivityRow]:
        """At most `limit` rows, newest first (see ports.ActivityLog)."""
        query = page_query(wanted, limit, before, among)
        with reading(self._engine) as connection:
            return [_row(row) for row in connection.execute(query).all()]

    def of_reference(
        self, reference: str, *, limit: int, among: Collection[str] | None = None
    ) -> Sequence[ActivityRow]:
        """Every row of the sign-ins that this request was part of, oldest first: at most `limit`.

        From the request to its sign-ins, from those to what they gave, and so to the tokens.
        """
        with reading(self._engine) as connection:
            found = connection.execute(_among(reference_query(reference), among)).all()
            logins, grants = _ids(found, "login"), _ids(found, "grant_id")
            if grants and not logins:  # the reference of a call for tokens: back to its sign-in
                logins = _ids(connection.execute(_among(grants_query(grants), among)).all(), "login")
            if logins:
                grants |= _ids(connection.execute(_among(logins_query(logins), among)).all(), "grant_id")
            query = _among(timeline_query(reference, logins, grants), among)
            return in_order(_row(row) for row in connection.execute(query.limit(limit)).all())

    def rejections(self, latest: int, *, among: Collection[str] | None = None) -> Sequence[Rejections]:
        """The latest refused requests by client and reason, the most frequent first."""
        with reading(self._engine) as connection:
            rows = connection.execute(rejections_query(latest, among)).all()
        return [Rejections(row.client_id or "", row.reason or "", row.number, row.last_at) for row in rows]

    def failures(self, since: int) -> int:
        """How many sign-ins failed since then, but for those that somebody refused."""
        query = select(func.count()).where(
            audit.c.kind == "failure", audit.c.at > since, audit.c.event.in_(TROUBLE)
        )
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar_one())

    def hours(self, since: int) -> Sequence[HourCount]:
        """The counts of each hour since then, oldest first."""
        query = select(activity_hours).where(activity_hours.c.hour >= since).order_by(activity_hours.c.hour)
        with reading(self._engine) as connection:
            return [HourCount(**row._mapping) for row in connection.execute(query).all()]

    def last_used(self, client_ids: Collection[str]) -> Mapping[str, int]:
        """When each of these was used last; one that never was is left out."""
        if not client_ids:
            return {}
        query = select(client_uses).where(client_uses.c.client_id.in_(sorted(client_ids)))
        with reading(self._engine) as connection:
            return {row.client_id: row.used_at for row in connection.execute(query).all()}


def page_query(
    wanted: ActivityFilter,
    limit: int,
    before: ActivityPlace | None = None,
    among: Collection[str] | None = None,
) -> Select[Any]:
    """The rows of a page, newest first; each text that may be asked for has an index in that order."""
    place = (audit.c.at, audit.c.id)
    query = select(audit).where(*_fitting(wanted)).order_by(audit.c.at.desc(), audit.c.id.desc())
    if before is not None:
        query = query.where(tuple_(*place) < tuple_(literal(before.at), literal(before.number)))
    return _among(query, among).limit(limit)


def _fitting(wanted: ActivityFilter) -> list[ColumnElement[bool]]:
    texts = {"client_id": wanted.client_id, "kind": wanted.kind, "reason": wanted.reason}
    fits: list[ColumnElement[bool]] = [audit.c[name] == text for name, text in texts.items() if text]
    if wanted.since:
        fits.append(audit.c.at >= wanted.since)
    if wanted.until:
        fits.append(audit.c.at < wanted.until)
    return fits


def reference_query(reference: str) -> Select[Any]:
    """The rows of one request."""
    return select(audit).where(audit.c.request_id == reference).order_by(audit.c.id).limit(MAX_TOGETHER)


def grants_query(grants: Collection[str]) -> Select[Any]:
    """The rows of what was given."""
    return select(audit).where(audit.c.grant_id.in_(sorted(grants))).limit(MAX_TOGETHER)


def logins_query(logins: Collection[str]) -> Select[Any]:
    """The rows of sign-ins."""
    return select(audit).where(audit.c.login.in_(sorted(logins))).limit(10 * MAX_TOGETHER)


def timeline_query(reference: str, logins: Collection[str], grants: Collection[str]) -> Select[Any]:
    """All rows of a request, of its sign-ins, and of what those gave; each part by an index of its own."""
    parts = or_(
        audit.c.request_id == reference,
        audit.c.login.in_(sorted(logins)),
        audit.c.grant_id.in_(sorted(grants)),
    )
    return select(audit).where(parts).order_by(audit.c.at, audit.c.id)


def rejections_query(latest: int, among: Collection[str] | None) -> Select[Any]:
    """The latest refusals, counted by client and reason."""
    newest = page_query(ActivityFilter(kind="rejection"), latest, None, among).subquery("newest")
    number = func.count().label("number")
    return (
        select(newest.c.client_id, newest.c.reason, number, func.max(newest.c.at).label("last_at"))
        .group_by(newest.c.client_id, newest.c.reason)
        .order_by(number.desc(), newest.c.client_id, newest.c.reason)
    )


def _among(query: Select[Any], among: Collection[str] | None) -> Select[Any]:
    return query if among is None else query.where(audit.c.client_id.in_(sorted(among)))


def _ids(rows: Sequence[Row[Any]], column: str) -> set[str]:
    return {value for row in rows if (value := row._mapping[column])}


def _row(row: Row[Any]) -> ActivityRow:
    return ActivityRow(
        number=row.id,
        at=row.at,
        event=row.event,
        kind=row.kind,
        client_id=row.client_id or "",
        reason=row.reason or "",
        request_id=row.request_id or "",
        login=row.login or "",
        grant_id=row.grant_id or "",
        facts=json.loads(row.facts),
    )
