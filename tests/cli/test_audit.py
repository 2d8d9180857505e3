"""`bridge audit`: what was done, whether the record of it is whole, and a head to keep elsewhere."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from bridge.cli.operator import operator
from tests.cli.conftest import Console


def tamper(console: Console, *statements: str) -> None:
    with closing(sqlite3.connect(console.folder / "data" / "bridge.db")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def changed(console: Console) -> Console:
    """Rows 1 to 3: a beginning, an application, and a key."""
    console.add()
    console.say("keys", "rotate", "--alg", "ES256")
    return console


def test_before_anything_was_done_there_is_nothing_to_see(console: Console) -> None:
    assert console.json("audit", "list") == []
    assert console.say("audit", "verify").stdout == "Nothing was written yet.\n"
    assert "Nothing was written yet" in console.say("audit", "head", wanted=1).stderr


def test_what_was_done_is_listed_newest_first(changed: Console) -> None:
    rotated, added, opened = changed.json("audit", "list")
    assert (rotated["event"], rotated["facts"], rotated["sequence"]) == ("key.rotated", {"alg": "ES256"}, 3)
    assert (added["event"], added["subject"], added["actor"]) == ("client.added", "portal", operator().id)
    assert (opened["event"], opened["actor"]) == ("audit.opened", "bridge")
    lines = changed.say("audit", "list").stdout.splitlines()
    assert len(lines) == 3 and "client.added  portal" in lines[1]


@pytest.mark.parametrize(
    ("words", "events"),
    [
        (("--event", "client.added"), ["client.added"]),
        (("--subject", "portal"), ["client.added"]),
        (("--actor", operator().id, "--limit", "1"), ["key.rotated"]),
        (("--actor", "nobody"), []),
        (("--since", "2020-01-01"), ["key.rotated", "client.added", "audit.opened"]),
        (("--since", "2999-01-01T12:30"), []),
    ],
)
def test_one_may_ask_for_some_of_it(changed: Console, words: tuple[str, ...], events: list[str]) -> None:
    assert [row["event"] for row in changed.json("audit", "list", *words)] == events


def test_an_event_that_there_is_not_is_refused(changed: Console) -> None:
    assert "'made.up' is not one of" in changed.say("audit", "list", "--event", "made.up", wanted=2).output


def test_a_whole_trail_is_told_and_one_that_was_tampered_with_fails(changed: Console) -> None:
    assert changed.say("audit", "verify").stdout == "Rows 1 to 3 are as they were written.\n"
    tamper(changed, "UPDATE admin_audit SET actor = 'administrator:x' WHERE sequence = 2")
    said = changed.say("audit", "verify", wanted=1).stdout
    assert said.startswith("Row 2 (client.added, ") and said.count("\n") == 1


def test_with_a_head_that_was_kept_a_tail_that_was_cut_off_shows(changed: Console) -> None:
    head = changed.say("audit", "head").stdout.strip()
    assert "as they were written" in changed.say("audit", "verify", "--head", head).stdout
    tamper(
        changed,
        "DELETE FROM admin_audit WHERE sequence = 3",
        "UPDATE versions SET number = 2 WHERE name = 'admin_audit'",
    )
    assert "as they were written" in changed.say("audit", "verify").stdout
    assert "was cut off" in changed.say("audit", "verify", "--head", head, wanted=1).stdout
