"""Logs without secrets, readiness within a second, and the start that a lost key stops."""

from __future__ import annotations

import base64
import io
import json
import logging
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from bridge.domain.consent import Consent
from bridge.errors import ConfigError, StoreUnavailable
from bridge.ops import health, logs
from bridge.settings import Settings, load
from bridge.stores import sql
from bridge.stores.sealing import MasterSealer
from bridge.wiring import checks, database
from bridge.wiring.database import SUBJECT_KEY

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the logs say; the configuration before comes back."""
    said, root = io.StringIO(), logging.getLogger()
    before, handlers, level = structlog.get_config(), root.handlers[:], root.level
    monkeypatch.setattr(sys, "stderr", said)
    logs.configure("info")
    yield said
    structlog.configure(**before)
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


def logged(said: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in said.getvalue().splitlines()]


def test_a_line_says_when_what_and_in_which_request(lines: io.StringIO) -> None:
    logs.bind(request_id="abc")
    logs.logger().info("session.made", sid="x")
    logs.logger().debug("unheard")
    [line] = logged(lines)
    assert list(line)[:4] == ["time", "level", "event", "request_id"]
    assert (line["level"], line["event"], line["request_id"], line["sid"]) == (
        "info",
        "session.made",
        "abc",
        "x",
    )


@pytest.mark.parametrize(
    "name",
    [
        "token",
        "authToken",
        "code",
        "cookie",
        "client_secret",
        "family_name",
        "email",
        "personal_code",
        "state",
    ],
)
def test_a_field_that_should_not_be_there_is_hidden(lines: io.StringIO, name: str) -> None:
    logs.logger().info("event", **{name: "canary"})
    assert "canary" not in lines.getvalue()
    assert logged(lines)[0][name] == "***"


@pytest.mark.parametrize(
    "text",
    [
        f"got {JWT} back",
        "Authorization: Bearer canary.canary",
        "Basic Y2FuYXJ5OmNhbmFyeQ==",
        "/callback?code=canary&state=1",
        "authToken=canary",
        "client_secret=canary",
    ],
)
def test_a_credential_in_a_text_is_hidden(lines: io.StringIO, text: str) -> None:
    logs.logger().info("event", why=text)
    logging.getLogger("library").warning(text)
    assert all(word not in lines.getvalue() for word in ("canary", "Y2FuYXJ5", "eyJzdWIi"))
    assert len(logged(lines)) == 2


def test_a_text_of_any_length_is_looked_through_quickly(lines: io.StringIO) -> None:
    """What begins as a token again and again once cost time by the square of its length: here a minute."""
    began = time.process_time()
    logs.logger().info("event", why="eyJ" * 40_000, before=f"x {JWT}")
    logging.getLogger("library").warning("eyJ" * 40_000)
    assert time.process_time() - began < 5
    assert [len(lines.getvalue()) < 20_000, "eyJzdWIi" in lines.getvalue()] == [True, False]


@pytest.mark.parametrize(
    "letter", ["\u00ad", "\u180e", "\u2028", "\u202e", "\x85", "\U000e0041", "\ud800", "\ue000"]
)
def test_a_letter_that_is_not_to_be_seen_is_written_as_its_number(lines: io.StringIO, letter: str) -> None:
    logs.logger().info("event", why=f"ចាន់{letter}x")
    (line,) = lines.getvalue().splitlines()
    assert line.isprintable()
    assert logged(lines)[0]["why"] == f"ចាន់{letter}x"


def test_an_exception_says_where_it_broke_and_not_its_text(lines: io.StringIO) -> None:
    try:
        raise ValueError("canary")
    except ValueError:
        logs.logger().exception("internal")
        logging.getLogger("library").exception("it broke")
    assert "canary" not in lines.getvalue()
    for line in logged(lines):
        assert line["exception"] == "ValueError"
        assert "test_an_exception_says_where" in str(line["where"])


def broken() -> None:
    raise StoreUnavailable("Redis", "unreachable")


def test_readiness_names_what_is_missing() -> None:
    assert health.readiness({"redis": lambda: None, "sql": lambda: None}) == ()
    assert health.readiness({"redis": broken, "sql": lambda: None}) == ("redis",)


def test_readiness_does_not_wait_for_what_hangs() -> None:
    never = threading.Event()
    began = time.monotonic()
    try:
        assert health.readiness({"sql": lambda: never.wait() and None, "redis": lambda: None}, 0.2) == (
            "sql",
        )
    finally:
        never.set()
    assert time.monotonic() - began < 5


def test_who_is_about_to_end_is_not_ready() -> None:
    health.leave()
    try:
        assert health.readiness({}) == ("leaving",)
    finally:
        health.leave(False)
    assert health.readiness({}) == ()


def settings_in(folder: Path, key: bytes, **more: str) -> Settings:
    environ = {
        "BRIDGE_DATA_DIR": str(folder),
        "BRIDGE_MASTER_KEYS": base64.b64encode(key).decode(),
        **more,
    }
    return load(environ=environ)


def test_people_without_the_key_of_their_identifiers_stop_the_start(tmp_path: Path) -> None:
    key = os.urandom(32)
    settings = settings_in(tmp_path, key)
    database.upgrade(settings)
    engine = sql.connect(settings.database_url)
    sealer = MasterSealer([key])
    try:
        sql.SqlConsents(engine).save(Consent("somebody", "portal", frozenset({"openid"}), frozenset(), 1))
        with pytest.raises(ConfigError, match="restore a backup"):
            database.subject_key_of(engine, sql.SqlSecrets(engine, sealer))
        sql.SqlSecrets(engine, sealer).get_or_make(SUBJECT_KEY, lambda: b"k" * 32)
        database.subject_key_of(engine, sql.SqlSecrets(engine, sealer))
        with pytest.raises(ConfigError, match="none of them opens"):
            database.subject_key_of(engine, sql.SqlSecrets(engine, MasterSealer([os.urandom(32)])))
    finally:
        engine.dispose()


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "camdigikey.partner is missing"),
        ({"BRIDGE_CAMDIGIKEY__PARTNER": "/nowhere/partner.json"}, "can't be read"),
        ({"BRIDGE_DATABASE__URL": "mysql://here"}, "database.url"),
        ({"BRIDGE_REDIS__URL": "memcached://here"}, "redis.url"),
    ],
)
def test_settings_of_no_use_are_told_before_anything_starts(
    tmp_path: Path, more: dict[str, str], expected: str
) -> None:
    with pytest.raises(ConfigError, match=expected):
        checks.check_before_start(settings_in(tmp_path, os.urandom(32), **more))


def test_a_line_is_one_piece_however_long_and_whatever_the_terminal() -> None:
    """Lines of two workers that share a pipe never run into one another (POSIX: up to PIPE_BUF bytes)."""
    ours, theirs = os.pipe()
    with os.fdopen(theirs, "w", encoding="ascii") as stream:
        lines = logs.Lines(stream)
        lines.msg(json.dumps({"event": "x", "text": "ចូល" * 5000, "where": ["a" * 3000] * 3, "n": 1}))
        lines.msg(json.dumps({"event": "y"}))
    with os.fdopen(ours, "rb") as reader:
        first, second = reader.read().splitlines()
    assert len(first) < select.PIPE_BUF
    said = json.loads(first)
    assert (said["event"], said["n"], said["text"][:3]) == ("x", 1, "ចូល")
    assert json.loads(second) == {"event": "y"}


def test_lines_of_many_writers_never_merge(tmp_path: Path) -> None:
    """Eight threads and two processes on one pipe, each line as long as its text says."""
    ours, theirs = os.pipe()
    script = (
        "import sys; from bridge.ops import logs; logs.configure('info')\n"
        "for n in range(400): logs.logger().info('x', text='y' * (n * 9 % 3000))\n"
    )
    workers = [subprocess.Popen([sys.executable, "-c", script], stderr=theirs) for _ in range(3)]
    os.close(theirs)
    with os.fdopen(ours, "rb") as reader:
        found = [json.loads(line) for line in reader.read().splitlines()]
    assert [worker.wait() for worker in workers] == [0, 0, 0]
    assert len(found) == 1200
    assert {line["event"] for line in found} == {"x"}
