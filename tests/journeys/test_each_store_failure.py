"""One operation of a store fails, whichever of a sign-in it is: who repeats what was answered 503 goes on."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest
from redis.exceptions import ConnectionError as Gone
from sqlalchemy import event

from bridge.stores.redis.limiter import RedisRateLimiter
from bridge.stores.redis.servers import Command, Server
from bridge.stores.sql import SqlSpentTokens
from bridge.stores.sql.audit import WRITER
from tests.support.person import Page, Person
from tests.support.world import Tokens, World, finish

MOST_REPEATS = 3


class Failing:
    """A server that is gone for one question: the `at`-th; without it, it counts."""

    at_once: ClassVar[bool] = True

    def __init__(self, server: Server, at: int | None) -> None:
        self.asked = 0
        self._server = server
        self._at = at

    def ask(self, commands: Sequence[Command]) -> list[Any]:
        self.asked += 1
        if self.asked == self._at:
            raise Gone("Connection closed by server.")
        return self._server.ask(commands)

    def close(self) -> None:
        self._server.close()


@contextmanager
def redis_failing(world: World, at: int | None) -> Iterator[Failing]:
    limiter = world.services.limiter
    assert isinstance(limiter, RedisRateLimiter)
    redis = limiter._redis
    before, redis._server = redis._server, Failing(redis._server, at)
    try:
        yield redis._server
    finally:
        redis._server = before


@contextmanager
def sql_failing(world: World, at: int | None) -> Iterator[Failing]:
    """The same of SQL's statements, but for those that no request waits for."""
    spent = world.services.spent
    assert isinstance(spent, SqlSpentTokens)
    engine, counter = spent._engine, Failing(None, None)  # type: ignore[arg-type]  # -- it counts alone

    def fail(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("BEGIN") or "versions" in statement or "INTO audit" in statement:
            return
        if threading.current_thread().name == WRITER:
            return
        counter.asked += 1
        if counter.asked == at:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorname = "SQLITE_IOERR"
            raise error

    event.listen(engine, "before_cursor_execute", fail)
    try:
        yield counter
    finally:
        event.remove(engine, "before_cursor_execute", fail)


class Patient(Person):
    """Presses F5 where a page says that the service is away for the moment."""

    def _ask(self, *asked: Any) -> Page:
        page = super()._ask(*asked)
        for _ in range(MOST_REPEATS):
            if page.status != 503:
                break
            assert page.headers["Retry-After"]
            page = super()._ask(*asked)
        return page


def walk(world: World, client_id: str, scope: str) -> None:
    """A sign-in, its tokens, a refresh and the sign-out; each has to come to its good end."""
    person = Patient(world.app, world.issuer)
    page = person.visit(world.authorize_url(client_id, scope=scope), until="https://")
    for _ in range(2):  # where the callback was the one that failed, it begins anew
        if page.leads_to("/login/start"):
            page = world.approve(person, page)
    page = finish(person, page, until="https://")
    assert page.params.get("code"), f"{page.status} at {page.url}: {page.text}"
    tokens = world.tokens(page, client_id)
    tokens = tokens if tokens.status != 503 else world.tokens(page, client_id)
    check(world, tokens)
    fields = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    refreshed = world.token(client_id, **fields)
    refreshed = refreshed if refreshed.status != 503 else world.token(client_id, **fields)
    check(world, refreshed)
    ended = person.press(person.visit(world.issuer + "/logout"), "continue")
    assert ended.status == 200
    assert userinfo(world, refreshed) == 401


def check(world: World, tokens: Tokens) -> None:
    assert tokens.status == 200, tokens.body
    assert userinfo(world, tokens) == 200


def userinfo(world: World, tokens: Tokens) -> int:
    status, _ = world.userinfo(tokens["access_token"])
    return status if status != 503 else world.userinfo(tokens["access_token"])[0]


@pytest.mark.parametrize("failing", [redis_failing, sql_failing], ids=["redis", "sql"])
@pytest.mark.parametrize(
    ("client_id", "scope"), [("web", "openid profile email"), ("spa", "openid profile offline_access")]
)
def test_whichever_operation_fails_once_a_repeat_mends_it(
    world: World, failing: Any, client_id: str, scope: str
) -> None:
    walk(world, client_id, scope)  # the consent is remembered from now on
    with failing(world, None) as counted:
        walk(world, client_id, scope)
    assert counted.asked
    for at in range(1, counted.asked + 1):
        with failing(world, at) as counted:
            walk(world, client_id, scope)
        assert counted.asked >= at
