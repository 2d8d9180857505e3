"""When the keys of hashes count: a new one waits until it is spread, and the one before counts on."""

from __future__ import annotations

import pytest

from bridge.domain.lasting_keys import HANDOVER, HASHING_KEYS, HashingKey
from bridge.ports.keys import LastingKey

NOW = 1_790_000_000
FOR_EVER, FOR_AN_HOUR = HASHING_KEYS
FIRST, SECOND = LastingKey(1, 0), LastingKey(2, NOW)


@pytest.mark.parametrize(("after", "number"), [(0, 1), (HANDOVER - 1, 1), (HANDOVER, 2), (10**6, 2)])
def test_a_new_key_hashes_only_when_every_process_has_read_it(after: int, number: int) -> None:
    for row in HASHING_KEYS:
        assert row.current((FIRST, SECOND), NOW + after) == number


@pytest.mark.parametrize("back", [1, 300, 10**6])
def test_a_clock_that_was_set_back_has_a_key_all_the_same(back: int) -> None:
    for row in HASHING_KEYS:
        assert row.current((SECOND,), NOW - back) == 2
        assert row.counting((FIRST, SECOND), NOW - back) == (2, 1)


def test_what_a_new_key_hashed_counts_at_once() -> None:
    for row in HASHING_KEYS:
        assert row.counting((FIRST, SECOND), NOW) == (2, 1)


@pytest.mark.parametrize(
    ("row", "after", "counting"),
    [
        (FOR_EVER, 10**9, (2, 1)),
        (FOR_AN_HOUR, HANDOVER + 3599, (2, 1)),
        (FOR_AN_HOUR, HANDOVER + 3600, (2,)),
    ],
)
def test_the_one_before_counts_as_long_as_what_it_hashed(
    row: HashingKey, after: int, counting: tuple[int, ...]
) -> None:
    assert row.counting((FIRST, SECOND), NOW + after) == counting
