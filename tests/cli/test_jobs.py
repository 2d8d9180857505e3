"""`bridge jobs`, as an operator asks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from bridge.domain.ids import ClientId, GrantId, Sid, Sub
from bridge.domain.outbox import logout_messages
from bridge.domain.session import LogoutNotice
from bridge.ports.outbound import JobRun
from bridge.settings import load
from bridge.stores.sql import SqlJobLog, SqlOutbox
from bridge.wiring.database import engine_of
from tests.cli.conftest import Console

NOW = 1_790_000_000


@contextmanager
def database(console: Console) -> Iterator[Engine]:
    """What a bridge of these settings writes to."""
    engine = engine_of(load(console.folder / "bridge.toml"))
    yield engine
    engine.dispose()


def test_before_the_first_start_every_job_had_nothing_to_do(console: Console) -> None:
    found = console.json("jobs")
    assert [(job["job"], job["last"]) for job in found["jobs"]] == [
        ("outbox", None),
        ("keys", None),
        ("audit", None),
        ("alerts", None),
        ("purge", None),
    ]
    assert found["messages"] == {"waiting": 0, "done": 0, "dead": 0}
    assert console.say("jobs").output.count("had nothing to do yet") == 5


def test_it_tells_of_each_jobs_last_run_and_of_messages(console: Console) -> None:
    console.say("db", "upgrade")
    with database(console) as engine:
        SqlJobLog(engine).record(JobRun("outbox", NOW, 12, "2"))
        SqlJobLog(engine).record(JobRun("purge", NOW, 3, "KeyError", failed=True))
        notice = LogoutNotice(GrantId("g"), ClientId("c"), Sub("s"), Sid("sid"))
        SqlOutbox(engine).put(logout_messages([notice], NOW))
    found = console.json("jobs")
    last = {job["job"]: job["last"] for job in found["jobs"]}
    assert last["outbox"] == {"at": NOW, "milliseconds": 12, "result": "2", "failed": False}
    assert (last["purge"]["failed"], last["keys"]) == (True, None)
    assert found["messages"] == {"waiting": 1, "done": 0, "dead": 0}
    said = console.say("jobs").output
    assert "2026-09-21 14:13:20 UTC  12 ms  2" in said
    assert "failed: KeyError" in said
    assert "1 waiting" in said


def test_it_needs_neither_redis_nor_camdigikey(console: Console) -> None:
    console.settings('issuer = "https://sso.example.gov.kh"\n[redis]\nurl = "redis://127.0.0.1:1"\n')
    console.say("jobs")
