"""The circuit breaker (DESIGN §6.13)."""

from __future__ import annotations

import threading

import pytest

from bridge.errors import UpstreamUnavailable
from bridge.upstream.breaker import Breaker


class Away(Exception):
    """No answer."""


class Earned(Exception):
    """An answer to a bad token."""


class Busy(Exception):
    """Nothing was sent."""


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Line:
    """A breaker with a server behind it that answers as it is told."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.asked = 0
        self.says: Exception | None = None
        self.breaker = Breaker(
            is_failure=lambda error: isinstance(error, Away),
            is_neutral=lambda error: isinstance(error, Busy),
            max_failures=3,
            pause=10,
            clock=self.clock,
        )

    def call(self, says: Exception | None = None) -> str:
        self.says = says
        try:
            return self.breaker.call(self._work)
        except UpstreamUnavailable:
            return "refused"
        except (Away, Earned, Busy) as error:
            return type(error).__name__

    def _work(self) -> str:
        self.asked += 1
        if self.says is not None:
            raise self.says
        return "answer"

    def broken(self) -> Line:
        for _ in range(3):
            assert self.call(Away()) == "Away"
        return self


@pytest.fixture
def line() -> Line:
    return Line()


def test_after_some_failures_in_a_row_nobody_asks(line: Line) -> None:
    line.broken()
    assert line.call() == "refused"
    assert line.asked == 3


def test_an_answer_between_them_begins_the_count_anew(line: Line) -> None:
    for _ in range(5):
        assert [line.call(Away()), line.call(Away()), line.call()] == ["Away", "Away", "answer"]


def test_an_error_that_the_senders_token_earned_does_not_count(line: Line) -> None:
    for _ in range(20):
        assert line.call(Earned()) == "Earned"
    assert [line.call(Away()), line.call(Away()), line.call(Earned()), line.call(Away())] == [
        "Away",
        "Away",
        "Earned",
        "Away",
    ]
    assert line.call() == "answer"


def test_a_call_that_was_not_sent_says_nothing(line: Line) -> None:
    assert [
        line.call(Away()),
        line.call(Busy()),
        line.call(Away()),
        line.call(Busy()),
        line.call(Away()),
    ] == [
        "Away",
        "Busy",
        "Away",
        "Busy",
        "Away",
    ]
    assert line.call() == "refused"


def test_after_the_pause_one_that_is_answered_closes_it(line: Line) -> None:
    line.broken()
    line.clock.now += 9.9
    assert line.call() == "refused"
    line.clock.now += 0.1
    assert line.call() == "answer"
    assert line.call() == "answer"


def test_after_the_pause_one_that_fails_opens_it_again(line: Line) -> None:
    line.broken()
    line.clock.now += 10
    assert line.call(Away()) == "Away"
    assert line.call() == "refused"
    line.clock.now += 10
    assert line.call() == "answer"


def test_a_probe_that_was_answered_with_an_earned_error_closes_it(line: Line) -> None:
    line.broken()
    line.clock.now += 10
    assert line.call(Earned()) == "Earned"
    assert line.call() == "answer"


def test_a_probe_that_was_not_sent_leaves_the_place_to_the_next(line: Line) -> None:
    line.broken()
    line.clock.now += 10
    assert line.call(Busy()) == "Busy"
    assert line.call() == "answer"


def test_a_probe_whose_thread_is_ended_leaves_the_place_to_the_next(line: Line) -> None:
    line.broken()
    line.clock.now += 10

    def ended() -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        line.breaker.call(ended)
    assert line.call() == "answer"


def test_while_one_probes_the_others_are_refused(line: Line) -> None:
    line.broken()
    line.clock.now += 10
    inside, done = threading.Event(), threading.Event()

    def slow() -> str:
        inside.set()
        assert done.wait(10)
        return "answer"

    thread = threading.Thread(target=lambda: line.breaker.call(slow))
    thread.start()
    assert inside.wait(10)
    assert [line.call() for _ in range(5)] == ["refused"] * 5
    done.set()
    thread.join()
    assert line.call() == "answer"
