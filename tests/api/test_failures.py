"""What the API answers while something of ours is away or wrong: a problem, and nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bridge.app import create_app
from bridge.errors import NotRecorded, StoreUnavailable
from bridge.ports.services import Services
from tests.api.conftest import NEW, Robot, Said, ask
from tests.support.world import World


class Failing:
    """A store that fails at one method, after it did what it is for, and is as it was otherwise."""

    def __init__(self, store: Any, method: str, error: Exception, *, after: bool = False) -> None:
        self._store, self._method, self._error, self._after = store, method, error, after

    def __getattr__(self, name: str) -> Any:
        kept = getattr(self._store, name)
        if name != self._method:
            return kept

        def fail(*arguments: Any, **named: Any) -> Any:
            if self._after:
                kept(*arguments, **named)
            raise self._error

        return fail


def away(*, after: bool = False, **stores: str) -> Callable[[Services], Services]:
    def changed(services: Services) -> Services:
        error = StoreUnavailable("SQL", "unreachable")
        failing = {
            name: Failing(getattr(services, name), method, error, after=after)
            for name, method in stores.items()
        }
        return replace(services, **failing)

    return changed


def there(world: World, change: Callable[[Services], Services]) -> World:
    services = change(world.services)
    return World(
        create_app(world.settings, services), world.settings, services, world.simulator, world.secrets
    )


def post(robot: Robot, world: World, name: str, key: str = "") -> Said:
    body = f'{{"client_name": "{name}", "redirect_uris": ["https://portal.example/cb"]}}'.encode()
    headers = {"Authorization": f"Bearer {robot.token}", "Content-Type": "application/json"}
    return ask(world, "POST", "/clients", body, headers | ({"Idempotency-Key": key} if key else {}))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(away(tokens="access_token"), id="tokens"),
        pytest.param(away(clients="latest"), id="clients"),
        pytest.param(away(limiter="hit"), id="limits"),
        pytest.param(away(clients="add"), id="the change"),
        pytest.param(away(idempotency="begin"), id="answers that are kept"),
        pytest.param(away(idempotency="finish"), id="keeping the answer"),
    ],
)
def test_a_store_that_is_away_is_a_503_with_a_time_to_come_again(
    robot: Robot, change: Callable[[Services], Services], request: pytest.FixtureRequest
) -> None:
    """DESIGN §6.14."""
    key = request.node.callspec.id.replace(" ", "-")
    said = post(robot, there(robot.world, change), "Away", key=key)
    assert said.problem == (503, "unavailable") and said.headers["Retry-After"] == "5"


def test_what_can_not_be_recorded_does_not_happen(robot: Robot) -> None:
    def changed(services: Services) -> Services:
        return replace(services, clients=Failing(services.clients, "add", NotRecorded("key")))

    assert post(robot, there(robot.world, changed), "Unrecorded").problem == (503, "unavailable")


def test_a_fault_of_ours_is_a_problem_too(robot: Robot) -> None:
    def changed(services: Services) -> Services:
        return replace(services, clients=Failing(services.clients, "page", RuntimeError("broken")))

    headers = {"Authorization": f"Bearer {robot.token}"}
    said = ask(there(robot.world, changed), "GET", "/clients", None, headers)
    assert said.problem == (500, "internal") and "broken" not in str(said.body)


def test_what_may_have_been_done_is_not_done_again(robot: Robot) -> None:
    """SQL went away after the change was made, before anybody could know."""
    lost = there(robot.world, away(after=True, clients="add"))
    assert post(robot, lost, "Perhaps", key="perhaps-1").problem == (503, "unavailable")
    again = post(robot, robot.world, "Perhaps", key="perhaps-1")
    assert again.problem == (409, "request-in-flight")
    assert len(robot.get("/clients?q=Perhaps")["items"]) == 1


def test_the_head_of_an_answer_is_had_alone(robot: Robot) -> None:
    """RFC 9110 §9.3.2."""
    made = robot.ask("POST", "/clients", {**NEW, "client_id": "head"})
    said = robot.ask("HEAD", "/clients/head")
    assert (said.status, said.response.data, said.etag) == (200, b"", made.etag)
