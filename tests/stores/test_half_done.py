"""A store that fails between two steps: nothing half done stays, or the repeat mends it (DESIGN §6.26)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from bridge.domain.token import RedeemedCode, Rotation, SpentCode
from bridge.errors import StoreUnavailable
from bridge.stores import redis as redis_stores
from bridge.stores import sql as sql_stores
from bridge.stores.sql.engine import writing
from tests.stores import samples
from tests.stores.both import Both, alive, composed, open_and_mint, open_one, rotate
from tests.stores.samples import NOW
from tests.stores.servers import valkey
from tests.support.databases import sqlite_with_tables


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Both]:
    """A Redis and a SQLite that this test alone may break."""
    url = sqlite_with_tables(tmp_path / "db")
    engine = sql_stores.connect(url, timeout=0.1)
    with valkey(tmp_path) as port:
        redis = redis_stores.connect(f"redis://127.0.0.1:{port}")
        yield composed(redis, engine)
        redis.close()
    engine.dispose()


@contextmanager
def redis_refuses_writes(both: Both) -> Iterator[None]:
    both.redis.command("CONFIG", "SET", "maxmemory", 1)
    yield
    both.redis.command("CONFIG", "SET", "maxmemory", 0)


@contextmanager
def sql_refuses_writes(both: Both) -> Iterator[None]:
    """Somebody else writes, and does not come to an end."""
    other = sql_stores.connect(both.engine.url.render_as_string(), timeout=0.1)
    with other.connect() as connection:
        connection.exec_driver_sql("SELECT 1")  # BEGIN IMMEDIATE comes first
        yield
    other.dispose()


@pytest.mark.parametrize("refuses_writes", [redis_refuses_writes, sql_refuses_writes])
def test_an_offline_refresh_that_one_store_stopped_is_mended_by_its_repeat(
    own: Both, refuses_writes: Callable[[Both], AbstractContextManager[None]]
) -> None:
    grant = samples.grant(offline=True)
    open_and_mint(own, grant)
    with refuses_writes(own), pytest.raises(StoreUnavailable):
        rotate(own, grant, "1", "2")
    assert rotate(own, grant, "1", "3") == (Rotation.WON, b"answer with 3")
    assert alive(own, grant, "3") == (True, True)


def test_who_repeats_a_refresh_leaves_no_access_token_of_its_own(own: Both) -> None:
    grant = samples.grant(offline=True)
    open_and_mint(own, grant)
    rotate(own, grant, "1", "2")
    assert rotate(own, grant, "1", "3") == (Rotation.REPEATED, b"answer with 2")
    assert alive(own, grant, "2") == (True, True)
    assert alive(own, grant, "3") == (False, False)


def test_a_reuse_that_redis_kept_from_ending_the_grant_ends_it_when_it_comes_again(own: Both) -> None:
    grant = samples.grant(offline=True)
    open_and_mint(own, grant)
    rotate(own, grant, "1", "2")
    with redis_refuses_writes(own), pytest.raises(StoreUnavailable):
        rotate(own, grant, "1", "3", NOW + 31)
    assert alive(own, grant, "2") == (True, True), "half of it was done"
    assert rotate(own, grant, "1", "3", NOW + 31)[0] is Rotation.REUSED
    assert alive(own, grant, "2") == (False, False)


def test_an_end_that_redis_stopped_is_found_again_by_its_repeat(own: Both) -> None:
    """A client gives a refresh token back, gets 503, and comes again: 200 has to be true."""
    grant = samples.grant(offline=True)
    open_and_mint(own, grant)
    with redis_refuses_writes(own), pytest.raises(StoreUnavailable):
        own.grants.end(grant.id, NOW)
    assert alive(own, grant, "1") == (True, True), "half of it was done"
    own.grants.end(grant.id, NOW)
    assert alive(own, grant, "1") == (False, False)


def test_a_code_that_gave_nothing_can_be_redeemed_again_and_then_no_more(own: Both) -> None:
    grant = samples.grant(offline=True)
    code = open_one(own, grant)
    redeemed = own.codes.take(code, grant.client_id, NOW)
    assert isinstance(redeemed, RedeemedCode)
    own.codes.give_back(code, redeemed)
    assert own.codes.take(code, grant.client_id, NOW) == redeemed
    assert isinstance(own.codes.take(code, grant.client_id, NOW), SpentCode)


def test_a_code_of_a_grant_that_ended_is_not_given_back(own: Both) -> None:
    grant = samples.grant()
    code = open_one(own, grant)
    redeemed = own.codes.take(code, grant.client_id, NOW)
    assert isinstance(redeemed, RedeemedCode)
    own.grants.end(grant.id, NOW)
    own.codes.give_back(code, redeemed)
    assert not isinstance(own.codes.take(code, grant.client_id, NOW), RedeemedCode)


def test_a_transaction_that_fails_leaves_nothing(own: Both) -> None:
    with sql_refuses_writes(own), pytest.raises(StoreUnavailable) as caught:
        writing(own.engine, lambda connection: None)
    assert caught.value.cause == "timeout"
