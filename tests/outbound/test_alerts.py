"""Alerts: each change is told once, by a call that its receiver can check."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from bridge.domain.alert import RECEIVER, AlertState
from bridge.domain.expiry import DAY, Expiry
from bridge.domain.outbox import OutboxMessage
from bridge.errors import StoreUnavailable
from bridge.outbound.alerts import SIGNATURE, AlertDelivery, AlertRules, AlertWatch
from bridge.ports.outbound import Fetched, FetchError
from tests.support.memory import SetClock

NOW = 1_790_000_000
SECRET = b"k" * 32
ENDING = Expiry("keystore", "camdigikey", NOW + 31 * DAY)


@dataclass
class States:
    """ports.AlertStates."""

    kept: dict[str, AlertState] = field(default_factory=dict)
    away: bool = False

    def all(self) -> Mapping[str, AlertState]:
        return dict(self.kept)

    def set(self, name: str, state: AlertState) -> None:
        if self.away:
            raise StoreUnavailable("SQL")
        self.kept[name] = state


@dataclass
class Said:
    """What was put into the outbox by its id, and what the log got."""

    messages: dict[str, OutboxMessage] = field(default_factory=dict)
    lines: list[tuple[str, str]] = field(default_factory=list)

    def put(self, messages: Sequence[OutboxMessage]) -> None:
        for message in messages:
            self.messages.setdefault(message.id, message)

    def warning(self, event: str, **facts: Any) -> None:
        self.lines.append((event, facts["alert"]))

    info = warning

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(message.facts["alert"], message.facts["state"]) for message in self.messages.values()]


class House:
    """A watch, and what it looks at."""

    def __init__(self, *, called: bool = True) -> None:
        self.clock, self.states, self.said = SetClock(NOW), States(), Said()
        self.failures, self.since = 0, 0
        said: Any = self.said
        rules = AlertRules(days=30, failures=50, window=600, called=called)
        self.watch = AlertWatch(rules, lambda: [ENDING], self.failed, self.states, said, self.clock, said)

    def failed(self, since: int) -> int:
        self.since = since
        return self.failures


def test_what_ends_is_told_once_thirty_days_before_and_once_when_it_was_renewed() -> None:
    house = House()
    assert house.watch.run() is None and house.said.told == []
    house.clock.now = NOW + DAY
    assert house.watch.run() == 1
    house.clock.now = NOW + 40 * DAY
    assert house.watch.run() is None
    assert house.said.told == [("keystore:camdigikey", "raised")]
    (message,) = house.said.messages.values()
    assert message.client_id == RECEIVER and message.facts["ends_at"] == str(ENDING.ends_at)
    house.clock.now = NOW  # as if it had been renewed
    house.watch.run()
    house.clock.now = NOW + 2 * DAY
    house.watch.run()
    states = [state for _, state in house.said.told]
    assert states == ["raised", "over", "raised"]


def test_failures_are_told_at_the_threshold_and_over_below_half_of_it() -> None:
    house = House()
    told = []
    for number in (49, 50, 60, 45, 26, 25, 24, 49, 50):
        house.failures = number
        house.clock.now += 60
        house.watch.run()
        told.append(len(house.said.told))
    assert told == [0, 1, 1, 1, 1, 1, 2, 2, 3]
    assert house.since == house.clock.now - 600
    assert [line for line, _ in house.said.lines] == ["alert.raised", "alert.over", "alert.raised"]


def test_a_change_whose_state_could_not_be_kept_is_told_by_the_same_message() -> None:
    house = House()
    house.failures, house.states.away = 50, True
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            house.watch.run()
        house.clock.now += 60
    house.states.away = False
    house.watch.run()
    assert house.said.told == [("failures", "raised")]


def test_without_a_webhook_the_log_says_it() -> None:
    house = House(called=False)
    house.failures = 50
    house.watch.run()
    assert (house.said.told, house.said.lines) == ([], [("alert.raised", "failures")])


@dataclass
class Receiver:
    """The part of ports.Fetcher that is used."""

    answer: int | FetchError = 204
    calls: list[tuple[str, bytes, Mapping[str, str]]] = field(default_factory=list)

    def post(self, address: str, body: bytes, headers: Mapping[str, str], *, max_bytes: int = 0) -> Fetched:
        self.calls.append((address, body, headers))
        if isinstance(self.answer, FetchError):
            raise self.answer
        return Fetched(self.answer)


def delivered(receiver: Any, address: str = "https://ops.example/hook") -> str:
    house = House()
    house.failures = 50
    house.watch.run()
    (message,) = house.said.messages.values()
    return (
        AlertDelivery("https://sso.example", address, SECRET, receiver, house.clock).deliver(message).outcome
    )


def test_a_call_is_signed_over_its_time_and_body() -> None:
    receiver = Receiver()
    assert delivered(receiver) == "delivered"
    ((address, body, headers),) = receiver.calls
    assert address == "https://ops.example/hook" and headers["Content-Type"] == "application/json"
    said = json.loads(body)
    assert (said["issuer"], said["alert"], said["state"]) == ("https://sso.example", "failures", "raised")
    assert said["failures"] == "50" and len(said["id"]) == 64
    expected = hmac.new(SECRET, f"{NOW}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers[SIGNATURE] == f"t={NOW},v1={expected}"


@pytest.mark.parametrize("answer", [301, 400, 500, FetchError("unreachable")], ids=str)
def test_a_call_that_is_not_taken_is_made_again(answer: int | FetchError) -> None:
    assert delivered(Receiver(answer)) == "failed"


def test_a_webhook_that_is_set_no_longer_is_not_called() -> None:
    receiver = Receiver()
    assert delivered(receiver, "") == "refused" and receiver.calls == []
