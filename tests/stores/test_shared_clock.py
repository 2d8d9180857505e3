"""The shared time is the database's, whatever the machine's clock says or does."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest
import structlog
from sqlalchemy import Engine

from bridge.errors import StoreUnavailable
from bridge.stores import sql
from bridge.stores.sql import clock as shared


@dataclass
class Hand:
    """A clock that a test sets."""

    now: float

    def __call__(self) -> float:
        return self.now


def test_the_database_tells_the_time(engine: Engine) -> None:
    before = time.time()
    assert before - 1 < sql.database_time(engine) < time.time() + 1


@pytest.mark.parametrize("ahead", [-300.0, 300.0, 1e6])
def test_a_machines_clock_that_is_wrong_or_set_changes_nothing(engine: Engine, ahead: float) -> None:
    local, steady = Hand(time.time() + ahead), Hand(50.0)
    clock = sql.SharedClock(engine, local=local, steady=steady)
    assert clock() == local.now  # nobody was asked yet
    clock.measure()
    found = clock()
    assert abs(found - time.time()) < 2
    local.now -= 600
    assert clock() == found
    steady.now += 10
    assert clock() == found + 10


def test_two_machines_agree_whatever_their_clocks_say(engine: Engine) -> None:
    early, late = (sql.SharedClock(engine, local=Hand(time.time() + by)) for by in (-300, 300))
    early.measure()
    late.measure()
    assert abs(early() - late()) < 1


def test_while_sql_is_away_it_goes_on(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    steady = Hand(50.0)
    clock = sql.SharedClock(engine, steady=steady)
    clock.measure()
    found = clock()

    def away(_: Engine) -> float:
        raise StoreUnavailable("SQL", "unreachable")

    monkeypatch.setattr(shared, "database_time", away)
    steady.now += 7
    with pytest.raises(StoreUnavailable):
        clock.measure()
    assert clock() == found + 7


def test_a_slow_answer_says_too_little_and_is_not_taken(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    steady = Hand(50.0)
    clock = sql.SharedClock(engine, steady=steady)

    def slow(_: Engine) -> float:
        steady.now += 3
        return 2_000_000_000.0

    clock.measure()
    found = clock()
    monkeypatch.setattr(shared, "database_time", slow)
    clock.measure()
    assert clock() == found + 3
    first = sql.SharedClock(engine, steady=steady)
    first.measure()  # better than nothing, and right by half of what it took
    assert first() == 2_000_000_001.5


def test_a_database_that_is_set_back_is_followed(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = sql.SharedClock(engine, steady=Hand(50.0))
    clock.measure()
    monkeypatch.setattr(shared, "database_time", lambda _: 1_000_000_000.0)
    clock.measure()
    assert clock() == 1_000_000_000.0


def test_a_clock_that_begins_to_differ_is_told_once_by_how_much(engine: Engine) -> None:
    local = Hand(time.time())
    clock = sql.SharedClock(engine, local=local, steady=Hand(50.0))
    with structlog.testing.capture_logs() as logged:
        clock.measure()
        assert not logged
        for _ in range(2):
            local.now = time.time() - 120
            clock.measure()
        local.now = time.time()
        clock.measure()
        local.now = time.time() + 300
        clock.measure()
    assert [(line["event"], round(line["seconds"], -1)) for line in logged] == [
        ("clock.differs", -120),
        ("clock.differs", 300),
    ]
