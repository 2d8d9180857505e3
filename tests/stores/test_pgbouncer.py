"""PostgreSQL behind pgbouncer, in both of its modes, with nothing set for it on either side."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from bridge.errors import StoreUnavailable
from bridge.stores import migrate
from bridge.stores import sql as sql_stores
from bridge.stores.sql.engine import reading, writing
from tests.stores.samples import NOW
from tests.support.pgbouncer import Mode, pgbouncer

CLIENTS = 8  # more than pgbouncer has connections to the server


@pytest.fixture(params=["session", "transaction"])
def pooled_url(request: pytest.FixtureRequest, postgres_url: str) -> Iterator[str]:
    mode: Mode = request.param
    with pgbouncer(postgres_url, mode) as url:
        yield url


@pytest.fixture
def pooled(pooled_url: str) -> Iterator[Engine]:
    migrate.upgrade(pooled_url)
    engine = sql_stores.connect(pooled_url, pool_size=CLIENTS)
    yield engine
    engine.dispose()


def test_what_many_do_at_once_succeeds(pooled: Engine) -> None:
    """Prepared statements, which psycopg makes of what it was asked five times, would get mixed up."""
    spent, job_log = sql_stores.SqlSpentTokens(pooled), sql_stores.SqlJobLog(pooled)

    def work(_: int) -> list[bool]:
        return [spent.spend(os.urandom(8).hex(), NOW) and not job_log.last() for _ in range(20)]

    with ThreadPoolExecutor(CLIENTS) as threads:
        assert all(all(done) for done in threads.map(work, range(CLIENTS)))


def test_limits_hold_in_each_transaction_and_are_nobody_elses(pooled: Engine, pooled_url: str) -> None:
    def limit(connection: object) -> str:
        return str(connection.execute(text("SHOW statement_timeout")).scalar())  # type: ignore[attr-defined]  # -- a Connection

    assert writing(pooled, limit) == "800ms"
    with reading(pooled) as connection:
        assert limit(connection) == "800ms"
    patient = sql_stores.connect(pooled_url, timeout=5)
    assert writing(patient, limit) == "5s"
    assert writing(pooled, limit) == "800ms"
    patient.dispose()


def test_a_statement_that_takes_too_long_ends(pooled: Engine) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        writing(pooled, lambda connection: connection.execute(text("SELECT pg_sleep(5)")).all())
    assert caught.value.cause == "timeout"
    sql_stores.health_check(pooled)()


def test_without_a_pooler_nothing_costs_more(postgres_url: str) -> None:
    migrate.upgrade(postgres_url)
    engine = sql_stores.connect(postgres_url)
    with reading(engine) as connection:
        driver = connection.connection.dbapi_connection
        assert driver is not None
        assert not driver.pooled
        assert driver.prepare_threshold == 5
        assert connection.execute(text("SHOW statement_timeout")).scalar() == "800ms"
    engine.dispose()


def test_a_database_that_pgbouncer_cannot_reach_is_told(postgres_url: str) -> None:
    with pgbouncer(postgres_url, "transaction") as url:
        engine = sql_stores.connect(url.rpartition("/")[0] + "/none")
        with pytest.raises(StoreUnavailable) as caught:
            sql_stores.health_check(engine)()
        assert caught.value.cause == "no_database"
        assert caught.value.server.startswith("127.0.0.1:")
        engine.dispose()
