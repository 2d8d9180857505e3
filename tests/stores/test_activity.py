"""Activity as it rests: what is searched, counted and purged of it, and that its pages walk an index."""

from __future__ import annotations

from typing import Any

import pytest
import structlog
from sqlalchemy import Engine, Select, text

from bridge.domain.activity import HOUR, ActivityFilter, ActivityPlace, ActivityRow, HourCount, Rejections
from bridge.domain.alert import AlertState
from bridge.errors import StoreUnavailable
from bridge.ops.counters import CounterKey, Counters
from bridge.stores import sql as stores
from bridge.stores.sql import activity as queries
from bridge.stores.sql.activity import SqlActivity
from bridge.stores.sql.audit import STRANGERS_AT_ONCE, SqlAuditLog
from tests.stores.many import NOW, fill
from tests.stores.samples import COUNTERS
from tests.support.round_trips import count_round_trips

DAY = 24 * HOUR
THIS_HOUR = NOW - NOW % HOUR


@pytest.fixture
def log(engine: Engine) -> SqlAuditLog:
    return SqlAuditLog(engine, COUNTERS)


@pytest.fixture
def found(engine: Engine) -> SqlActivity:
    return SqlActivity(engine)


def sign_in(log: SqlAuditLog, number: int, client_id: str = "web", at: int = NOW) -> None:
    """Of three requests: a press, a callback, a call for tokens."""
    ids = {"client_id": client_id, "login": f"login-{number}"}
    log.note("handoff.started", at, request_id=f"press-{number}", **ids)
    log.note("session.opened", at + 1, request_id=f"back-{number}", **ids, sid="s", subject="p")
    log.note(
        "grant.opened", at + 1, request_id=f"back-{number}", grant_id=f"grant-{number}", person="u", **ids
    )
    log.note(
        "tokens.issued", at + 2, request_id=f"call-{number}", client_id=client_id, grant_id=f"grant-{number}"
    )


def events(rows: Any) -> list[str]:
    return [row.event for row in rows]


WHOLE = ["handoff.started", "session.opened", "grant.opened", "tokens.issued"]


@pytest.mark.parametrize("reference", ["press-1", "back-1", "call-1"])
def test_every_request_of_a_sign_in_leads_to_all_of_it(
    log: SqlAuditLog, found: SqlActivity, reference: str
) -> None:
    for number in (1, 2):
        sign_in(log, number)
    log.flush()
    rows = found.of_reference(reference, limit=99)
    assert events(rows) == WHOLE and {row.login for row in rows} == {"login-1", ""}
    assert found.of_reference("unknown", limit=99) == []
    assert events(found.of_reference(reference, limit=99, among=["other"])) == []
    assert events(found.of_reference(reference, limit=2)) == WHOLE[:2]


def test_a_row_has_the_reference_number_of_the_request_that_the_log_has(
    log: SqlAuditLog, found: SqlActivity
) -> None:
    with structlog.contextvars.bound_contextvars(request_id="of-the-log"):
        log.note("page.refused", NOW, client_id="web", reason="csrf")
        log.record("code.replayed", NOW, client_id="web")
        log.record("handoff.refused", NOW, client_id="web", request_id="of-the-caller")
    log.flush()
    assert sorted(events(found.of_reference("of-the-log", limit=9))) == ["code.replayed", "page.refused"]
    assert events(found.of_reference("of-the-caller", limit=9)) == ["handoff.refused"]


def test_filters_narrow_and_pages_follow_one_another(log: SqlAuditLog, found: SqlActivity) -> None:
    for number in range(4):
        sign_in(log, number, client_id=f"app-{number % 2}", at=NOW + number * 10)
    log.note("client.refused", NOW + 5, client_id="app-1", error="invalid_client")
    log.flush()
    everything: list[ActivityRow] = []
    place: ActivityPlace | None = None
    while page := found.page(ActivityFilter(), limit=4, before=place):
        everything += page
        place = page[-1].place
    assert len({row.number for row in everything}) == len(everything) == 17
    assert [row.place for row in everything] == sorted((row.place for row in everything), reverse=True)
    for wanted, number in (
        (ActivityFilter(client_id="app-1"), 9),
        (ActivityFilter(kind="rejection"), 1),
        (ActivityFilter(reason="invalid_client", client_id="app-1"), 1),
        (ActivityFilter(since=NOW + 30), 4),
        (ActivityFilter(until=NOW + 2), 3),
        (ActivityFilter(since=NOW + 5, until=NOW + 6), 1),
        (ActivityFilter(kind="login", client_id="app-0"), 2),
        (ActivityFilter(client_id="nobody"), 0),
    ):
        assert len(found.page(wanted, limit=99)) == number, wanted
    assert {row.client_id for row in found.page(ActivityFilter(), limit=99, among=["app-0"])} == {"app-0"}
    assert found.page(ActivityFilter(), limit=99, among=()) == []


@pytest.mark.parametrize("claimed", ["nul\0l", "\u202eturned", "x" * 5000, "ខ្មែរ"])
def test_what_is_only_claimed_is_kept_as_far_as_a_column_takes_it(
    log: SqlAuditLog, found: SqlActivity, claimed: str
) -> None:
    log.note("client.refused", NOW, client_id=claimed, error="x" * 500)
    log.flush()
    (row,) = found.page(ActivityFilter(), limit=9)
    assert row.client_id.isprintable() and 0 < len(row.client_id) <= 255 and len(row.reason) == 64


def test_counts_by_the_hour_add_up_among_processes(engine: Engine, found: SqlActivity) -> None:
    one, other = SqlAuditLog(engine, COUNTERS), SqlAuditLog(engine, COUNTERS)
    for log in (one, other):
        sign_in(log, 1)
        log.record("handoff.failed", NOW, error="UpstreamUnavailable")
        log.note("page.refused", NOW, reason="csrf")
        log.called("exchange", NOW, 100 if log is one else 300, failed=False)
        log.called("exchange", NOW, 9000, failed=True)
        log.flush()
    assert set(found.hours(THIS_HOUR)) == {
        HourCount(THIS_HOUR, "login", "", 2),
        HourCount(THIS_HOUR, "failure", "UpstreamUnavailable", 2),
        HourCount(THIS_HOUR, "rejection", "csrf", 2),
        HourCount(THIS_HOUR, "call", "exchange", 2, 400, 300),
        HourCount(THIS_HOUR, "call_failed", "exchange", 2, 18000, 9000),
    }
    assert found.hours(THIS_HOUR + HOUR) == []
    one.record("handoff.refused", NOW, why="refused")  # somebody said no
    assert (found.failures(NOW - 1), found.failures(NOW)) == (2, 0)


def test_a_client_was_used_last_when_it_got_tokens_or_a_code(log: SqlAuditLog, found: SqlActivity) -> None:
    sign_in(log, 1, at=NOW)
    log.flush()
    log.note("tokens.issued", NOW - 500, client_id="web")  # another process is late
    log.note("client.refused", NOW + 500, client_id="web", error="invalid_client")
    log.note("handoff.started", NOW + 500, client_id="other")
    log.flush()
    assert found.last_used(["web", "other"]) == {"web": NOW + 2}
    assert found.last_used([]) == {}


def test_refusals_are_counted_by_client_and_reason(log: SqlAuditLog, found: SqlActivity) -> None:
    for number, client_id in enumerate(("a", "b", "a", "c")):
        log.note("page.refused", NOW + number, client_id=client_id, reason="bad_redirect_uri")
    log.note("client.refused", NOW, error="invalid_client")
    log.flush()
    assert found.rejections(99)[0] == Rejections("a", "bad_redirect_uri", 2, NOW + 2)
    assert len(found.rejections(99)) == 4 and len(found.rejections(2)) == 2
    assert found.rejections(99, among=["b"]) == [Rejections("b", "bad_redirect_uri", 1, NOW + 1)]


def test_what_is_noted_is_one_transaction_and_waits_whole_while_sql_is_away(
    engine: Engine, found: SqlActivity
) -> None:
    log = SqlAuditLog(engine, COUNTERS)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE client_uses RENAME TO away"))
    sign_in(log, 1)
    log.called("start", NOW, 5, failed=False)
    with pytest.raises(StoreUnavailable):
        log.flush()
    assert found.page(ActivityFilter(), limit=9) == [] and found.hours(0) == []
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO client_uses"))
    log.flush()
    log.flush()
    assert len(found.page(ActivityFilter(), limit=9)) == 4
    assert [count.number for count in found.hours(0)] == [1, 1]


def test_a_sign_in_asks_nothing_of_sql_for_what_it_leaves_behind(engine: Engine) -> None:
    log = SqlAuditLog(engine, COUNTERS)
    with count_round_trips(None, engine) as trips:
        sign_in(log, 1)
        log.called("start", NOW, 5, failed=False)
    assert not trips


def test_refusals_without_end_take_no_row_from_sign_ins_nor_from_what_is_recorded(
    engine: Engine, found: SqlActivity
) -> None:
    """DESIGN §6.21: anybody can be refused by the thousand."""
    counters = Counters()
    log = SqlAuditLog(engine, counters)
    for _ in range(STRANGERS_AT_ONCE + 50):
        log.note("page.refused", NOW, reason="csrf")
    sign_in(log, 1)
    log.record("handoff.failed", NOW, error="UpstreamBroken")
    log.flush()
    kinds = [row.kind for row in found.page(ActivityFilter(), limit=2000)]
    assert kinds.count("rejection") == STRANGERS_AT_ONCE and {"login", "failure"} <= set(kinds)
    assert counters.snapshot() == {CounterKey("audit.unrecorded"): 50}


def test_what_is_older_than_the_setting_says_goes(
    log: SqlAuditLog, engine: Engine, found: SqlActivity
) -> None:
    sign_in(log, 1)
    log.note("page.refused", NOW, reason="csrf")
    log.flush()
    stores.purge(engine, NOW + 10 * DAY - HOUR, 10 * DAY)
    assert len(found.page(ActivityFilter(), limit=9)) == 5 and found.hours(0)
    stores.purge(engine, NOW + 10 * DAY + 2, 10 * DAY)
    assert found.page(ActivityFilter(), limit=9) == [] and not found.hours(0)


def test_when_a_client_was_used_goes_with_the_client(
    log: SqlAuditLog, engine: Engine, found: SqlActivity
) -> None:
    fill(engine, clients=2, events=1)
    log.note("tokens.issued", NOW, client_id="gone")
    log.flush()
    stores.purge(engine, NOW)
    assert found.last_used(["gone", "id-1"]).keys() == {"id-1"}


def test_the_state_of_an_alert_is_kept(engine: Engine) -> None:
    states = stores.SqlAlertStates(engine)
    states.set("failures", AlertState(True, NOW))
    states.set("failures", AlertState(False, NOW + 1))
    assert states.all() == {"failures": AlertState(False, NOW + 1)}


# -- many of them ------------------------------------------------------------------------------------------

CLIENTS, EVENTS = 40, 20_000  # the million is in the bench
PLACE = ActivityPlace(NOW - 6 * EVENTS // 2, EVENTS // 2)


@pytest.fixture
def many(engine: Engine) -> Engine:
    fill(engine, clients=CLIENTS, events=EVENTS)
    return engine


ASKED: dict[str, tuple[Select[Any], str]] = {
    "the first page": (queries.page_query(ActivityFilter(), 51), "ix_audit_at"),
    "a later page": (queries.page_query(ActivityFilter(), 51, PLACE), "ix_audit_at"),
    "of a time": (queries.page_query(ActivityFilter(since=NOW - 600, until=NOW), 51), "ix_audit_at"),
    "of a client": (queries.page_query(ActivityFilter(client_id="id-7"), 51), "ix_audit_client_id"),
    "a later page of a client": (
        queries.page_query(ActivityFilter(client_id="id-7"), 51, PLACE),
        "ix_audit_client_id",
    ),
    "of a kind": (queries.page_query(ActivityFilter(kind="failure"), 51), "ix_audit_kind"),
    "of a reason": (
        queries.page_query(ActivityFilter(reason="reason-70"), 51, PLACE),
        "ix_audit_reason",
    ),
    "of a request": (queries.reference_query("request-77"), "ix_audit_request_id"),
    "of sign-ins": (queries.logins_query(["login-77"]), "ix_audit_login"),
    "of grants": (queries.grants_query(["grant-77"]), "ix_audit_grant_id"),
    "a whole sign-in": (queries.timeline_query("request-77", ["login-77"], ["grant-77"]), "ix_audit_login"),
    "refusals": (queries.rejections_query(2000, None), "ix_audit_kind"),
}


@pytest.fixture
def plans(many: Engine) -> dict[str, str]:
    explain = "EXPLAIN QUERY PLAN " if many.dialect.name == "sqlite" else "EXPLAIN "
    found = {}
    with many.connect() as connection:
        for name, (query, _) in ASKED.items():
            said = query.compile(dialect=many.dialect, compile_kwargs={"literal_binds": True})
            found[name] = str(connection.exec_driver_sql(explain + str(said).replace("%", "%%")).all())
    return found


def test_no_page_scans_the_events(plans: dict[str, str]) -> None:
    for name, (_, index) in ASKED.items():
        assert index in plans[name], (name, plans[name])
        assert "Seq Scan" not in plans[name] and "SCAN audit'" not in plans[name], (name, plans[name])
        if "page" in name or name.startswith("of a kind"):  # the index has the order of the page
            assert "TEMP B-TREE" not in plans[name] and "Sort" not in plans[name], (name, plans[name])


def test_a_page_is_one_query_and_a_sign_in_three(many: Engine) -> None:
    found = SqlActivity(many)
    for asked, number in (
        (lambda: found.page(ActivityFilter(), limit=51), 1),
        (lambda: found.of_reference("request-77", limit=99), 3),
        (lambda: found.hours(NOW - 7 * DAY), 1),
        (lambda: found.last_used([f"id-{number}" for number in range(50)]), 1),
        (lambda: found.rejections(2000), 1),
    ):
        with count_round_trips(None, many) as trips:
            assert asked()
        assert trips["sql"] == number
