"""The contract of answers that are given again, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from bridge.ports.idempotency import Begun, IdempotencyStore, KeptAnswer
from bridge.stores import sql as stores
from tests.stores.races import Racers

NOW, DAY = 1_790_000_000, 24 * 3600
KEY, OTHER, ASKED = "k" * 64, "o" * 64, "a" * 64
ANSWER = KeptAnswer(201, {"ETag": '"1"', "Location": "/x"}, '{"client_name": "ក្រសួង"}')


@pytest.fixture
def store(engine: Engine) -> IdempotencyStore:
    return stores.SqlIdempotency(engine)


def begin(
    store: IdempotencyStore, key: str = KEY, request: str = ASKED, now: int = NOW
) -> KeptAnswer | Begun:
    return store.begin(key, request, now, now + DAY)


def test_the_same_again_gets_what_was_kept(store: IdempotencyStore) -> None:
    assert begin(store) == "begun"
    assert begin(store) == "in flight"
    store.finish(KEY, ANSWER)
    assert begin(store) == ANSWER
    assert begin(store, OTHER) == "begun"


def test_another_request_by_the_same_key_is_told_apart_before_and_after_the_answer(
    store: IdempotencyStore,
) -> None:
    begin(store)
    assert begin(store, request="b" * 64) == "other request"
    store.finish(KEY, ANSWER)
    assert begin(store, request="b" * 64) == "other request"


def test_a_forgotten_key_is_free(store: IdempotencyStore) -> None:
    begin(store)
    store.forget(KEY)
    assert begin(store, request="b" * 64) == "begun"


def test_what_is_over_counts_as_never_used_and_is_purged(store: IdempotencyStore, engine: Engine) -> None:
    begin(store)
    store.finish(KEY, ANSWER)
    begin(store, OTHER)
    assert begin(store, now=NOW + DAY - 1) == ANSWER
    assert begin(store, now=NOW + DAY) == "begun"
    assert stores.purge(engine, NOW + DAY - 1) == 0
    assert stores.purge(engine, NOW + DAY) == 1
    assert stores.purge(engine, NOW + 2 * DAY) == 1


def begin_once(url: str) -> Callable[[int], KeptAnswer | Begun]:
    store = stores.SqlIdempotency(stores.connect(url, timeout=60))
    return lambda _: begin(store)


def test_of_many_at_once_one_begins(racers: Racers, sql_url: str, engine: Engine) -> None:
    found = racers.run(begin_once, sql_url)
    assert sorted(found) == ["begun", *["in flight"] * 99]
