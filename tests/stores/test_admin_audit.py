"""The contract of the trail of administration, on SQLite and PostgreSQL: what is done to a row shows."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import structlog
from sqlalchemy import Engine, insert, text

from bridge.domain.admin_audit import AuditEntry, AuditVerdict
from bridge.errors import NotRecorded
from bridge.stores import audit_verifier, sql
from bridge.stores.audit_chain import OPENED, PRUNED
from bridge.stores.sealing import MasterSealer
from bridge.stores.sql.admin_audit import chained, page_query
from bridge.stores.sql.tables import admin_audit
from tests.stores.races import Racers

OLD_KEY, NEW_KEY = b"o" * 32, b"n" * 32
BOTH = MasterSealer([OLD_KEY, NEW_KEY])
OLD, NEW = BOTH.key_ids
DAY = 24 * 3600
SEPTEMBER = calendar.timegm((2026, 9, 20, 12, 0, 0))
OCTOBER, NOVEMBER = SEPTEMBER + 30 * DAY, SEPTEMBER + 60 * DAY


def entry(number: int = 0, at: int = SEPTEMBER) -> AuditEntry:
    return AuditEntry(at, "command line", "client.edited", f"client-{number}", {"fields": "scope"})


@pytest.fixture
def trail(engine: Engine) -> sql.SqlAdminAudit:
    sql.chain_with(engine, BOTH)
    return sql.SqlAdminAudit(engine, BOTH)


@pytest.fixture
def written(trail: sql.SqlAdminAudit) -> sql.SqlAdminAudit:
    """Rows 1 to 9: a beginning, and client-0 to client-7."""
    for number in range(8):
        trail.record(entry(number))
    return trail


def change(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def faults(trail: sql.SqlAdminAudit, head: str = "") -> tuple[str, ...]:
    return trail.verify(head).faults


class TestWriting:
    def test_what_was_recorded_is_read_newest_first(self, written: sql.SqlAdminAudit) -> None:
        rows = written.page(limit=3)
        assert [(row.sequence, row.entry.subject) for row in rows] == [
            (9, "client-7"),
            (8, "client-6"),
            (7, "client-5"),
        ]
        assert rows[0].entry == entry(7)
        assert [row.sequence for row in written.page(limit=2, before=7)] == [6, 5]

    def test_an_empty_trail_and_one_that_grew_are_whole(self, trail: sql.SqlAdminAudit) -> None:
        assert trail.verify() == AuditVerdict(0, 0)
        assert trail.head() is None
        trail.record(entry())
        assert trail.verify() == AuditVerdict(1, 2)

    def test_rows_are_found_by_time_actor_event_and_subject(self, written: sql.SqlAdminAudit) -> None:
        written.record(AuditEntry(OCTOBER, "administrator:1", "key.rotated", "kid", {}))
        assert len(written.page(limit=50, since=OCTOBER)) == 2  # with the beginning of a segment
        assert [row.entry.event for row in written.page(limit=50, actor="administrator:1")] == ["key.rotated"]
        assert [row.sequence for row in written.page(limit=50, subject="client-3")] == [5]
        assert len(written.page(limit=50, event="client.edited")) == 8
        assert written.page(limit=50, event="client.edited", subject="kid") == ()

    @pytest.mark.parametrize("words", ["ខ្មែរ", "\udcff", 'quo"te', "a" * 5000])
    def test_facts_of_any_letters_are_written(self, trail: sql.SqlAdminAudit, words: str) -> None:
        trail.record(replace(entry(), facts={"what": words}))
        assert trail.page(limit=1)[0].entry.facts == {"what": words}
        assert faults(trail) == ()

    def test_what_fails_in_the_transaction_leaves_no_row_and_no_gap(
        self, written: sql.SqlAdminAudit, engine: Engine
    ) -> None:
        with pytest.raises(RuntimeError), engine.begin() as connection:
            chained(connection, entry(8))
            raise RuntimeError
        assert len(written.page(limit=50)) == 9
        written.record(entry(8))
        assert written.verify() == AuditVerdict(1, 10)

    def test_nothing_to_tell_writes_nothing(self, trail: sql.SqlAdminAudit, engine: Engine) -> None:
        with engine.begin() as connection:
            chained(connection, None)
        assert trail.page(limit=1) == ()


def recorder(url: str) -> Callable[[int], None]:
    engine = sql.connect(url, timeout=30)
    sql.chain_with(engine, BOTH)
    trail = sql.SqlAdminAudit(engine, BOTH)
    return lambda number: trail.record(entry(number, SEPTEMBER + number * DAY))


def test_many_writers_at_once_make_one_line(sql_url: str, racers: Racers, engine: Engine) -> None:
    racers.run(recorder, sql_url)
    trail = sql.SqlAdminAudit(engine, BOTH)
    rows = trail.page(limit=1000)
    assert {row.entry.subject for row in rows if row.entry.event != OPENED} == {
        f"client-{number}" for number in range(100)
    }
    assert [row.sequence for row in rows] == list(range(len(rows), 0, -1))
    assert faults(trail) == ()


UNFIT = "does not fit the segment before it: rows were changed there, or here."
SAID = "was changed, or put in: it is not the row that was written there."
# Statements, and the beginning and the end of each sentence that tells.
TAMPERED: dict[str, tuple[tuple[str, ...], list[tuple[str, str]]]] = {
    "another actor": (("UPDATE admin_audit SET actor = 'x' WHERE sequence = 5",), [("Row 5 ", SAID)]),
    "another event": (("UPDATE admin_audit SET event = 'x' WHERE sequence = 5",), [("Row 5 ", SAID)]),
    "another subject": (("UPDATE admin_audit SET subject = 'x' WHERE sequence = 5",), [("Row 5 ", SAID)]),
    "another time": (("UPDATE admin_audit SET at = at + 1 WHERE sequence = 5",), [("Row 5 ", SAID)]),
    "other facts": (("UPDATE admin_audit SET facts = '{}' WHERE sequence = 5",), [("Row 5 ", SAID)]),
    "unreadable facts": (("UPDATE admin_audit SET facts = '[' WHERE sequence = 5",), [("Row 5 ", SAID)]),
    "another segment": (("UPDATE admin_audit SET segment = 7 WHERE sequence = 5",), [("Row 5 ", SAID)]),
    "the last row": (("UPDATE admin_audit SET actor = 'x' WHERE sequence = 9",), [("Row 9 ", SAID)]),
    "the beginning": (("UPDATE admin_audit SET at = at - 1 WHERE sequence = 1",), [("Row 1 ", SAID)]),
    "another mac": (
        ("UPDATE admin_audit SET mac = 'ឡ' WHERE sequence = 5",),
        [("Row 5 ", SAID), ("Row 6 ", SAID)],
    ),
    "a row taken out": (("DELETE FROM admin_audit WHERE sequence = 5",), [("Row 5 is missing.", "")]),
    "rows taken out": (
        ("DELETE FROM admin_audit WHERE sequence IN (4, 5, 6)",),
        [("Rows 4 to 6 are missing.", "")],
    ),
    "a row taken out, and the others moved up": (
        (
            "DELETE FROM admin_audit WHERE sequence = 5",
            "UPDATE admin_audit SET sequence = 1 - sequence WHERE sequence > 5",
            "UPDATE admin_audit SET sequence = -sequence WHERE sequence < 0",
            "UPDATE versions SET number = 8 WHERE name = 'admin_audit'",
        ),
        [(f"Row {n} ", SAID) for n in range(5, 9)],
    ),
    "the beginning taken out": (
        ("DELETE FROM admin_audit WHERE sequence = 1",),
        [
            ("Row 1 is missing.", ""),
            ("Row 2 ", "can't be the first of the trail."),
            ("Rows 2 to 9 are not verified: the master key ?", ""),
        ],
    ),
    "a row put in": (
        (
            "UPDATE admin_audit SET sequence = -1 - sequence WHERE sequence > 4",
            "UPDATE admin_audit SET sequence = -sequence WHERE sequence < 0",
            "INSERT INTO admin_audit SELECT 5, segment, at, actor, event, subject, facts, mac"
            " FROM admin_audit WHERE sequence = 4",
            "UPDATE versions SET number = 10 WHERE name = 'admin_audit'",
        ),
        [(f"Row {n} ", SAID) for n in range(5, 11)],
    ),
    "a row put in at the end": (
        (
            "INSERT INTO admin_audit SELECT 10, segment, at, actor, event, subject, facts, mac"
            " FROM admin_audit WHERE sequence = 9",
        ),
        [("Row 10 ", SAID), ("The counter of rows stands at 9, and was set back.", "")],
    ),
    "two that changed places": (
        (
            "UPDATE admin_audit SET sequence = 99 WHERE sequence = 5",
            "UPDATE admin_audit SET sequence = 5 WHERE sequence = 6",
            "UPDATE admin_audit SET sequence = 6 WHERE sequence = 99",
        ),
        [("Row 5 ", SAID), ("Row 6 ", SAID), ("Row 7 ", SAID)],
    ),
    "the end cut off": (
        ("DELETE FROM admin_audit WHERE sequence > 7",),
        [("Rows 8 to 9 are missing at the end.", "")],
    ),
    "all taken out": (("DELETE FROM admin_audit",), [("Rows 1 to 9 are missing at the end.", "")]),
    "a key of nobody named": (
        ("UPDATE admin_audit SET facts = '{}' WHERE sequence = 1",),
        [("Row 1 ", UNFIT), ("Rows 1 to 9 are not verified: the master key ? ", "")],
    ),
    "a made-up segment of a key of nobody": (
        (
            "UPDATE admin_audit SET event = 'audit.opened', segment = 2, facts = '{}' WHERE sequence = 5",
            "UPDATE admin_audit SET actor = 'x' WHERE sequence = 9",
        ),
        [("Row 5 ", UNFIT), ("Rows 5 to 9 are not verified: the master key ? ", "")],
    ),
    "a made-up pruning": (
        (
            "DELETE FROM admin_audit WHERE sequence < 5",
            "UPDATE admin_audit SET event = 'audit.pruned' WHERE sequence = 9",
            """UPDATE admin_audit SET facts = '{"through": "4"}' WHERE sequence = 9""",
        ),
        [
            ("Row 5 ", "can't be the first of the trail."),
            ("Rows 5 to 9 are not verified: the master key ? ", ""),
        ],
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_is_done_to_rows_is_found_and_the_row_named(
    written: sql.SqlAdminAudit, engine: Engine, what: str
) -> None:
    statements, said = TAMPERED[what]
    change(engine, *statements)
    found = faults(written)
    assert len(found) == len(said), found
    for sentence, (begins, ends) in zip(found, said, strict=True):
        assert sentence.startswith(begins) and sentence.endswith(ends)


def test_where_nothing_fits_the_sentences_have_a_bound(
    written: sql.SqlAdminAudit, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_verifier, "MAX_FAULTS", 3)
    change(engine, "UPDATE admin_audit SET actor = 'x'")
    assert len(faults(written)) == 3


class TestHeads:
    def test_a_head_fits_then_and_later(self, written: sql.SqlAdminAudit) -> None:
        head = written.head()
        assert head is not None and head.sequence == 9 and head.text.startswith("9.")
        assert faults(written, head.text) == faults(written, f" {head.text}\n") == ()
        written.record(entry(8))
        assert faults(written, head.text) == ()

    def test_it_shows_a_tail_that_was_cut_off_with_its_counter(
        self, written: sql.SqlAdminAudit, engine: Engine
    ) -> None:
        head = written.head()
        assert head is not None
        cut = "DELETE FROM admin_audit WHERE sequence > 7"
        change(engine, cut, "UPDATE versions SET number = 7 WHERE name = 'admin_audit'")
        assert faults(written) == ()
        assert faults(written, head.text) == (
            "The trail was cut off: the head names row 9, and the last one is 7.",
        )
        written.record(entry(8))
        written.record(entry(9))
        assert faults(written) == ()
        assert faults(written, head.text) == (
            "Row 9 is not the one that the head names: rows up to it were written anew.",
        )

    @pytest.mark.parametrize(
        "made_up", ["x", "9.{mac}", "8.{mac}.{proof}", "9.{mac}.{other}", "9.{other}.{proof}"]
    )
    def test_a_made_up_head_is_told(self, written: sql.SqlAdminAudit, made_up: str) -> None:
        head = written.head()
        assert head is not None
        _, mac, proof = head.text.split(".")
        given = made_up.format(mac=mac, proof=proof, other="ab" * 32)
        assert faults(written, given) == (
            "The head that was given was not signed with any of the master_keys here.",
        )


def use(engine: Engine, key_id: str, at: int = SEPTEMBER) -> None:
    """`bridge keys use`."""
    sql.SqlMasterKeys(engine).use(key_id, at)


def with_key(engine: Engine, key: bytes) -> sql.SqlAdminAudit:
    sealer = MasterSealer([key])
    sql.chain_with(engine, sealer)
    return sql.SqlAdminAudit(engine, sealer)


class TestMasterKeys:
    def test_another_key_begins_a_segment_that_names_it(
        self, written: sql.SqlAdminAudit, engine: Engine
    ) -> None:
        use(engine, NEW)
        written.record(entry(8))
        opened = written.page(limit=2)[1].entry
        assert (opened.event, opened.actor, opened.facts["master_key"]) == (OPENED, "bridge", NEW)
        assert written.verify() == AuditVerdict(1, 11)

    def test_who_does_not_know_the_key_in_use_writes_nothing(
        self, written: sql.SqlAdminAudit, engine: Engine
    ) -> None:
        use(engine, NEW)
        old = with_key(engine, OLD_KEY)
        with pytest.raises(NotRecorded):
            old.record(entry(8))
        assert len(written.page(limit=50)) == 9

    def test_with_the_wrong_key_alone_nothing_is_verified(
        self, written: sql.SqlAdminAudit, engine: Engine
    ) -> None:
        assert faults(with_key(engine, NEW_KEY)) == (
            f"Rows 1 to 9 are not verified: the master key {OLD} that wrote there is not among the"
            " master_keys here.",
        )

    def test_a_segment_of_a_key_that_is_gone_is_vouched_for_by_the_next(
        self, written: sql.SqlAdminAudit, engine: Engine
    ) -> None:
        use(engine, NEW)
        written.record(entry(8))
        assert with_key(engine, NEW_KEY).verify() == AuditVerdict(1, 11)

    @pytest.mark.parametrize(
        ("statement", "row"),
        [
            ("UPDATE admin_audit SET actor = 'x' WHERE sequence = 5", 10),
            ("UPDATE admin_audit SET mac = 'x' WHERE sequence = 5", 10),
            ("UPDATE admin_audit SET facts = '{}' WHERE sequence = 1", 1),
            ("UPDATE admin_audit SET actor = 'x' WHERE sequence = 1", 10),
        ],
    )
    def test_and_a_change_in_it_is_found(
        self, written: sql.SqlAdminAudit, engine: Engine, statement: str, row: int
    ) -> None:
        use(engine, NEW)
        written.record(entry(8))
        change(engine, statement)
        told = faults(with_key(engine, NEW_KEY))[0]
        assert told.startswith(f"Row {row} (") and told.endswith(UNFIT)

    def test_of_two_segments_of_keys_that_are_gone_both_are_vouched_for(
        self, engine: Engine, written: sql.SqlAdminAudit
    ) -> None:
        written.record(entry(8, OCTOBER))
        use(engine, NEW, OCTOBER)
        written.record(entry(9, OCTOBER))
        new = with_key(engine, NEW_KEY)
        assert faults(new) == ()
        change(engine, "UPDATE admin_audit SET actor = 'x' WHERE sequence = 5")
        told = faults(new)[0]
        assert told.startswith("Row 10 (") and told.endswith(UNFIT)

    def test_a_row_of_an_unknown_key_that_is_put_last_is_not_taken(
        self, engine: Engine, written: sql.SqlAdminAudit
    ) -> None:
        change(
            engine,
            "INSERT INTO admin_audit VALUES (10, 2, 0, 'bridge', 'audit.opened', '',"
            """ '{"master_key": "00000000", "before": "x"}', 'x')""",
            "UPDATE versions SET number = 10 WHERE name = 'admin_audit'",
        )
        assert "Row 10 is not verified: the master key 00000000" in str(faults(written))


class TestWhatTheBridgeItselfWouldVouchFor:
    """Who can write to SQL alone has the next entry vouch for what they changed."""

    HIDDEN = (
        "UPDATE admin_audit SET actor = 'x' WHERE sequence = 5",
        """UPDATE admin_audit SET facts = '{"master_key": "deadbeef"}' WHERE sequence = 1""",
    )

    def test_a_segment_whose_key_was_made_unknown_is_not_vouched_for_by_the_next(
        self, written: sql.SqlAdminAudit, engine: Engine
    ) -> None:
        change(engine, *self.HIDDEN)
        for at in (SEPTEMBER, OCTOBER, NOVEMBER):
            written.record(entry(8, at))
        assert "Rows 1 to 9 are not verified: the master key deadbeef" in str(faults(written))

    def test_nor_is_a_changed_one_when_its_key_is_gone(
        self, written: sql.SqlAdminAudit, engine: Engine
    ) -> None:
        change(engine, self.HIDDEN[0])
        use(engine, NEW)
        written.record(entry(8))
        written.record(entry(9, OCTOBER))
        assert faults(written)[0].startswith("Row 5 (")
        assert "Rows 1 to 9 are not verified" in str(faults(with_key(engine, NEW_KEY)))

    def test_what_was_changed_is_not_pruned_away(self, written: sql.SqlAdminAudit, engine: Engine) -> None:
        written.record(entry(8, OCTOBER))
        change(engine, "UPDATE admin_audit SET at = 0 WHERE segment = 1")
        with structlog.testing.capture_logs() as logged:
            assert written.prune(before=SEPTEMBER - 1, now=OCTOBER) == 0
        assert [line["event"] for line in logged] == ["audit.not_pruned"]
        assert faults(written)[0].startswith("Row 1 (")


class TestPruning:
    @pytest.fixture
    def months(self, written: sql.SqlAdminAudit) -> Iterator[sql.SqlAdminAudit]:
        """September: rows 1 to 9; October: 10 and 11; November: 12 and 13."""
        written.record(entry(8, OCTOBER))
        written.record(entry(9, NOVEMBER))
        yield written

    def test_whole_segments_go_and_the_rest_is_verified(self, months: sql.SqlAdminAudit) -> None:
        assert months.prune(before=OCTOBER, now=NOVEMBER) == 11
        assert months.verify() == AuditVerdict(12, 14)
        told = months.page(limit=1)[0].entry
        assert (told.event, told.actor) == (PRUNED, "bridge")
        assert (told.facts["through"], told.facts["rows"]) == ("11", "11")

    def test_a_segment_with_one_young_row_stays(self, months: sql.SqlAdminAudit) -> None:
        assert months.prune(before=OCTOBER - 1, now=NOVEMBER) == 9
        assert months.verify() == AuditVerdict(10, 14)
        assert months.prune(before=OCTOBER - 1, now=NOVEMBER) == 0
        assert months.verify() == AuditVerdict(10, 14)

    def test_the_last_segment_stays_however_old_it_is(self, written: sql.SqlAdminAudit) -> None:
        assert written.prune(before=NOVEMBER, now=NOVEMBER) == 0
        assert written.verify() == AuditVerdict(1, 9)

    def test_again_and_with_another_key(self, months: sql.SqlAdminAudit, engine: Engine) -> None:
        months.prune(before=SEPTEMBER, now=NOVEMBER)
        use(engine, NEW, NOVEMBER)
        months.record(entry(10, NOVEMBER))
        assert months.prune(before=OCTOBER, now=NOVEMBER) == 2
        assert with_key(engine, NEW_KEY).verify().faults == ()

    def test_a_head_of_what_was_pruned_says_nothing_and_one_of_later_does(
        self, months: sql.SqlAdminAudit, engine: Engine
    ) -> None:
        early = months.head()
        months.prune(before=SEPTEMBER, now=NOVEMBER)
        late = months.head()
        assert early is not None and late is not None
        assert faults(months, early.text) == faults(months, late.text) == ()

    @pytest.mark.parametrize(
        ("statement", "said"),
        [
            ("DELETE FROM admin_audit WHERE sequence <= 11", "Rows 10 to 11 are missing."),
            ("DELETE FROM admin_audit WHERE event = 'audit.pruned'", "Rows 1 to 9 are missing."),
            ("UPDATE admin_audit SET facts = '{}' WHERE event = 'audit.pruned'", "Rows 1 to 9 are missing."),
            (
                "UPDATE admin_audit SET sequence = 4 WHERE sequence = 10",
                "Row 4 stands before what was pruned",
            ),
        ],
    )
    def test_more_than_was_pruned_is_missed(
        self, months: sql.SqlAdminAudit, engine: Engine, statement: str, said: str
    ) -> None:
        months.prune(before=SEPTEMBER, now=NOVEMBER)
        assert faults(months) == ()
        change(engine, statement)
        assert faults(months)[0].startswith(said)


MANY = 3000


@pytest.fixture
def many(trail: sql.SqlAdminAudit, engine: Engine) -> Engine:
    rows = [
        {
            "sequence": number,
            "segment": 1,
            "at": NOVEMBER + number,
            "actor": f"administrator:{number % 50}",
            "event": f"event.{number % 50}",
            "subject": f"client-{number % 50}",
            "facts": "{}",
            "mac": "",
        }
        for number in range(1, MANY + 1)
    ]
    for first in range(0, MANY, 500):
        with engine.begin() as connection:
            connection.execute(insert(admin_audit), rows[first : first + 500])
    with engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
    return engine


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ({}, ""),
        ({"before": 2000}, ""),
        ({"actor": "administrator:7"}, "ix_admin_audit_actor"),
        ({"event": "event.7"}, "ix_admin_audit_event"),
        ({"subject": "client-7", "before": 2000}, "ix_admin_audit_subject"),
    ],
    ids=["the first page", "a later page", "of somebody", "of an event", "a later page of an application"],
)
def test_a_page_reads_an_index_and_scans_nothing(many: Engine, wanted: dict[str, Any], index: str) -> None:
    on_sqlite = many.dialect.name == "sqlite"
    query = page_query(limit=51, **wanted).compile(
        dialect=many.dialect, compile_kwargs={"literal_binds": True}
    )
    with many.connect() as connection:
        explain = "EXPLAIN QUERY PLAN " if on_sqlite else "EXPLAIN "
        plan = str(connection.exec_driver_sql(explain + str(query).replace("%", "%%")).all())
    assert index in plan, plan
    assert not any(word in plan for word in ("TEMP B-TREE", "Seq Scan")), plan
    assert "Sort" not in plan or index  # PostgreSQL may sort the few rows that fit
