"""What stores answer when they can't be used: each is one typed error with its cause, or a bug of ours."""

from __future__ import annotations

import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from bridge.errors import StoreUnavailable
from bridge.stores import redis as redis_stores
from bridge.stores.redis.faults import USELESS
from bridge.stores.sql.faults import cause_of
from tests.stores.test_away import steps

ANSWERS = {  # of Redis, by the words of Valkey 8
    "CLUSTERDOWN Hash slot not served": "no_primary",
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.": "no_primary",
    "NOREPLICAS Not enough good replicas to write.": "no_primary",
    "READONLY You can't write against a read only replica.": "read_only",
    "UNBLOCKED force unblock from blocking operation, instance state changed": "read_only",
    "LOADING Valkey is loading the dataset in memory": "starting",
    "ERR Server is shutting down": "shutting_down",
    "OOM command not allowed when used memory > 'maxmemory'.": "full",
    "MISCONF Valkey is configured to save RDB snapshots, but it's currently unable to persist": "full",
    "ERR Error running script: @user_script:3: -OOM command not allowed when used memory": "full",
    "ERR max number of clients reached": "too_many_connections",
    "NOAUTH Authentication required.": "wrong_password",
    "WRONGPASS invalid username-password pair or user is disabled.": "wrong_password",
    "NOPERM User default has no permissions to run the 'evalsha' command": "not_allowed",
    "DENIED Running in protected mode": "not_allowed",
    "BUSY Valkey is busy running a script. You can only call SCRIPT KILL": "timeout",
    "MOVED 1234 127.0.0.1:1": "refused",
    "TRYAGAIN Multiple keys request during rehashing of slot": "refused",
    "ERR unknown command 'EVALSHA'": "refused",
    "SOMETHING that nobody has told us of": "refused",
}


@contextmanager
def answering(text: bytes) -> Iterator[int]:
    """The port of a server that answers every command so."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_serve, args=(server, text), daemon=True).start()
        yield server.getsockname()[1]
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)


def _serve(server: socket.socket, text: bytes) -> None:
    with suppress(OSError):
        while True:
            threading.Thread(target=_answer, args=(server.accept()[0], text), daemon=True).start()


def _answer(connection: socket.socket, text: bytes) -> None:
    with connection, suppress(OSError):
        while heard := connection.recv(65536):
            connection.sendall(text * max(1, heard.count(b"\r\n*") + heard.startswith(b"*")))


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda text: text[:16])
def test_whatever_redis_answers_every_operation_is_unavailable_with_its_cause(answer: str) -> None:
    with answering(f"-{answer}\r\n".encode()) as port:
        redis = redis_stores.connect(f"redis://127.0.0.1:{port}/0")
        for step in steps(redis):
            with pytest.raises(StoreUnavailable) as caught:
                step()
            assert caught.value.cause == ANSWERS[answer]
            assert str(port) in caught.value.sentence
        redis.close()


@pytest.mark.parametrize(
    "text", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x15\x03\x01\x00\x02\x02\n\r\n", b"\r\n"]
)
def test_what_is_no_redis_is_unavailable(text: bytes) -> None:
    with answering(text) as port:
        redis = redis_stores.connect(f"redis://127.0.0.1:{port}/0")
        for step in steps(redis):
            with pytest.raises(StoreUnavailable):
                step()
        redis.close()


STATES = {
    "08006": "connection_lost",
    "0A000": "connection_lost",
    "25006": "read_only",
    "25P02": "connection_lost",
    "25001": "connection_lost",
    "26000": "connection_lost",
    "28P01": "wrong_password",
    "3D000": "no_database",
    "40001": "collided",
    "40P01": "collided",
    "42501": "not_allowed",
    "42P01": "no_tables",
    "42P05": "connection_lost",
    "53100": "full",
    "53300": "too_many_connections",
    "55P03": "timeout",
    "57014": "timeout",
    "57P01": "shutting_down",
    "57P02": "shutting_down",
    "57P03": "starting",
    "58030": "refused",
    "XX000": "refused",
}


@pytest.mark.parametrize("state", STATES)
def test_each_state_of_postgresql_has_its_cause(state: str) -> None:
    error = psycopg.errors.lookup(state)("ERROR: cached plan must not change result type")
    assert cause_of(DBAPIError("SELECT 1", None, error)) == STATES[state]


@pytest.mark.parametrize("state", ["22021", "23505", "42601", "42883", "54023"])
def test_what_makes_no_sense_is_a_bug_of_ours(state: str) -> None:
    assert cause_of(DBAPIError("SELECT 1", None, psycopg.errors.lookup(state)("x"))) is None


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("SQLITE_BUSY_SNAPSHOT", "timeout"),
        ("SQLITE_PROTOCOL", "timeout"),
        ("SQLITE_INTERRUPT", "timeout"),
        ("SQLITE_READONLY_DBMOVED", "read_only"),
        ("SQLITE_FULL", "full"),
        ("SQLITE_IOERR_WRITE", "connection_lost"),
        ("SQLITE_CORRUPT_INDEX", "not_a_database"),
        ("SQLITE_MISUSE", None),
    ],
)
def test_each_result_of_sqlite_has_its_cause(name: str, cause: str | None) -> None:
    error = sqlite3.OperationalError("x")
    error.sqlite_errorname = name
    assert cause_of(DBAPIError("SELECT 1", None, error)) == cause


def test_who_serves_nobody_is_left_and_who_still_reads_is_not() -> None:
    assert {"no_primary", "read_only", "starting", "shutting_down", "timeout"} <= USELESS
    assert not {"full", "wrong_password", "not_allowed", "refused", "too_many_connections"} & USELESS
