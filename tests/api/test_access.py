"""Who comes to which operation of the API: every row with every scope, and with none."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bridge.app import create_app
from bridge.domain.admin_scopes import ADMIN_SCOPES, API_PATH
from bridge.settings.tree import Admin, Limits, Server
from bridge.web.api.rows import OPERATIONS, Operation
from bridge.web.api.views import VIEWS
from tests.api.conftest import ROBOT, Robot, Said, administering, ask
from tests.support.world import World

PARTS = {"client_id": "nobody-of-this-id", "secret_id": "0123456789abcdef", "product": "grafana"}


def at(row: Operation, **parts: str) -> str:
    path = row.path
    for name, value in {**PARTS, **parts}.items():
        path = path.replace(f"<{name}>", value)
    return path


def call(robot: Robot, row: Operation, **headers: str) -> Said:
    body = {} if row.body else None
    condition = {"If_Match": "*"} if row.if_match == "required" else {}
    return robot.ask(row.method, at(row), body, **condition, **headers)


def test_every_row_has_a_view_and_every_view_a_row() -> None:
    assert [row.id for row in OPERATIONS] == list(VIEWS)
    assert len({(row.path, row.method) for row in OPERATIONS}) == len(OPERATIONS)


def test_every_operation_on_one_of_many_names_it_and_every_change_a_version() -> None:
    for row in OPERATIONS:
        assert row.action is None or ("<client_id>" in row.path) == (row.subject == "client_id"), row
        assert row.once == (row.method == "POST"), row
        assert row.method in ("GET", "POST") or row.if_match == "required", row


@pytest.fixture(scope="module")
def robots(world: World, robot: Robot) -> Mapping[str, Robot]:
    """One for each scope."""
    return {scope: Robot(world, ROBOT, scope) for scope in ADMIN_SCOPES}


@pytest.mark.parametrize("row", [row for row in OPERATIONS if row.action], ids=lambda row: row.id)
def test_only_the_scopes_of_its_row_come_to_it(robots: Mapping[str, Robot], row: Operation) -> None:
    for scope, robot in robots.items():
        said = call(robot, row)
        if scope in row.scopes:
            assert said.status in (200, 404, 422), said.body
            continue
        assert said.problem == (403, "insufficient-scope")
        assert 'error="insufficient_scope"' in said.headers["WWW-Authenticate"]
        assert f'scope="{row.scopes[0]}"' in said.headers["WWW-Authenticate"]


@pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row.id)
def test_nobody_comes_to_it_without_a_token_but_to_the_description(world: World, row: Operation) -> None:
    said = ask(world, row.method, at(row), None, {})
    if row.action is None:
        assert said.status == 200
        return
    assert said.problem == (401, "unauthenticated")
    assert said.headers["WWW-Authenticate"] == 'Bearer realm="CamDigiKey bridge"'


def test_no_cookie_counts_and_none_is_given(world: World, robot: Robot) -> None:
    """A signed-in administrator's browser that is sent here by another site does nothing."""
    cookies = "bridge_admin=whatever; bridge_session=whatever; bridge_browser=whatever"
    said = ask(world, "GET", "/clients?hl=km", None, {"Cookie": cookies})
    assert said.problem == (401, "unauthenticated") and "Set-Cookie" not in said.headers
    assert "Set-Cookie" not in robot.get("/clients", Cookie=cookies).headers


def test_no_page_of_another_origin_gets_an_answer(world: World, robot: Robot) -> None:
    """CORS (Fetch §3.2): no header lets it read, and a preflight is refused."""
    said = robot.get("/clients", Origin="https://app.example")
    assert said.status == 200
    asked = ask(
        world,
        "OPTIONS",
        "/clients",
        None,
        {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"},
    )
    assert asked.problem == (405, "method-not-allowed")
    for found in (said, asked):
        assert not [name for name in dict(found.headers) if name.startswith("Access-Control")]
        assert found.headers["Cache-Control"] == "no-store"


def with_settings(world: World, **changes: object) -> World:
    settings = world.settings.model_copy(update=changes)
    return World(
        create_app(settings, world.services), settings, world.services, world.simulator, world.secrets
    )


def test_it_is_seen_from_the_networks_of_administration_alone(world: World, robot: Robot) -> None:
    there = with_settings(world, admin=Admin(networks=("10.20.0.0/16",)))
    for row in OPERATIONS:
        said = ask(there, row.method, at(row), None, {"Authorization": f"Bearer {robot.token}"})
        assert said.problem == (404, "not-found")
    behind = with_settings(
        world,
        admin=Admin(networks=("10.20.0.0/16",)),
        server=Server(trusted_proxies=("127.0.0.1/32",)),
    )
    headers = {"Authorization": f"Bearer {robot.token}", "X-Forwarded-For": "10.20.1.1"}
    assert ask(behind, "GET", "/keys", None, headers).status == 200


def test_without_administration_there_is_none(world: World, robot: Robot) -> None:
    there = with_settings(world, admin=Admin(enabled=False))
    said = ask(there, "GET", "/clients", None, {"Authorization": f"Bearer {robot.token}"})
    assert said.problem == (404, "not-found")


def test_one_application_uses_up_its_own_share_alone(world: World, robot: Robot) -> None:
    there = with_settings(world, limits=Limits(api_per_client=2))
    world.register(administering("other-robot"))
    headers = {"Authorization": f"Bearer {robot.token}"}
    answers = [ask(there, "GET", "/products", None, headers) for _ in range(3)]
    assert [said.status for said in answers] == [200, 200, 429] or answers[0].status == 429
    assert answers[2].problem == (429, "too-many-requests") and int(answers[2].headers["Retry-After"]) > 0
    other = {"Authorization": f"Bearer {Robot(world, 'other-robot').token}"}
    assert ask(there, "GET", "/products", None, other).status == 200


def test_names_of_people_are_not_told(robot: Robot, world: World) -> None:
    assert robot.get("/administrators").body == {"items": []}
    assert "name" not in str(robot.get("/openapi.json").body["components"]["schemas"]["AdministratorList"])


def test_its_addresses_are_below_one_path() -> None:
    assert all(row.path.startswith(API_PATH + "/") for row in OPERATIONS)
