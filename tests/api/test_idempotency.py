"""POSTs that come twice (Idempotency-Key): one change, one answer, and a secret that is told once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from bridge.domain.encoding import digest
from bridge.stores import sql
from bridge.web.api.idempotency import key_of
from bridge.web.api.problems import Problem
from bridge.wiring.database import engine_of
from tests.api.conftest import NEW, ROBOT, Robot, administering
from tests.support.world import World


def registered(robot: Robot, name: str) -> int:
    return len(robot.get(f"/clients?q={name}")["items"])


def test_the_same_again_gets_the_same_answer_without_the_secret(robot: Robot) -> None:
    fields = {**NEW, "client_name": "Twice"}
    first = robot.ask("POST", "/clients", fields, Idempotency_Key="twice-1")
    again = robot.ask("POST", "/clients", fields, Idempotency_Key="twice-1")
    assert (first.status, again.status) == (201, 201)
    assert again.body == {name: part for name, part in first.body.items() if name != "client_secret"}
    assert first["client_secret"] and first["client_secret"] not in again.response.get_data(as_text=True)
    assert (again.etag, again.headers["Location"]) == (first.etag, first.headers["Location"])
    assert again.headers["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first.headers
    assert registered(robot, "Twice") == 1


def test_the_order_of_members_is_no_difference(robot: Robot) -> None:
    fields = {"client_name": "Order", "redirect_uris": ["https://order.example/cb"]}
    turned = dict(reversed(fields.items()))
    first = robot.ask("POST", "/clients", fields, Idempotency_Key="order-1")
    assert robot.ask("POST", "/clients", turned, Idempotency_Key="order-1")["client_id"] == first["client_id"]


def test_another_body_or_address_with_the_same_key_is_refused(robot: Robot) -> None:
    robot.ask("POST", "/clients", {**NEW, "client_name": "Key"}, Idempotency_Key="key-1")
    other = robot.ask("POST", "/clients", {**NEW, "client_name": "Key 2"}, Idempotency_Key="key-1")
    assert other.problem == (422, "idempotency-key-reused")
    robot.register("key-target")
    elsewhere = robot.ask("POST", "/clients/key-target/disable", Idempotency_Key="key-1")
    assert elsewhere.problem == (422, "idempotency-key-reused")
    assert robot.get("/clients/key-target")["enabled"]


def test_a_key_is_ones_own(robot: Robot, world: World) -> None:
    world.register(administering("neighbour"))
    first = robot.ask("POST", "/clients", {**NEW, "client_name": "Own"}, Idempotency_Key="own-1")
    body = {**NEW, "client_name": "Own"}
    other = Robot(world, "neighbour").ask("POST", "/clients", body, Idempotency_Key="own-1")
    assert other.status == 201 and other["client_id"] != first["client_id"]


def test_a_new_secret_is_made_once_though_its_version_is_another_by_then(robot: Robot) -> None:
    made = robot.register("rotated")
    tag = {"If_Match": made.etag, "Idempotency_Key": "rotated-1"}
    first = robot.ask("POST", "/clients/rotated/secrets", {}, **tag)
    again = robot.ask("POST", "/clients/rotated/secrets", {}, **tag)
    assert (first.status, again.status) == (201, 201) and again["secret_id"] == first["secret_id"]
    assert "client_secret" in first.body and "client_secret" not in again.body
    assert robot.get("/clients/rotated")["live_secrets"] == 2


def test_what_was_refused_can_be_asked_again_with_its_key(robot: Robot) -> None:
    robot.register("without-a-secret", token_endpoint_auth_method="none")
    address, tag = "/clients/without-a-secret/secrets", {"If_Match": "*", "Idempotency_Key": "refused-1"}
    assert robot.ask("POST", address, {}, **tag).problem == (409, "refused")
    confidential = {"token_endpoint_auth_method": "client_secret_basic"}
    assert robot.ask("PATCH", "/clients/without-a-secret", confidential, If_Match="*").status == 200
    assert robot.ask("POST", address, {}, **tag).status == 201


def content_digest(body: dict[str, object]) -> str:
    said = json.dumps(body, sort_keys=True)
    return digest(json.dumps(["POST", "/admin/api/v1/clients", said]))


def test_while_the_first_is_not_answered_the_second_waits(robot: Robot, world: World) -> None:
    """Also where the answer was lost: what may have been done is not done again."""
    engine = engine_of(world.settings)
    store, body = sql.SqlIdempotency(engine), {**NEW, "client_name": "Flight"}
    key = digest(f'["client:{ROBOT}", "flight-1"]')
    now = int(world.services.clock())
    made = robot.ask("POST", "/clients", body, Idempotency_Key="flight-0")
    assert made.status == 201
    other = digest(f'["client:{ROBOT}", "flight-0"]')
    assert store.begin(other, "0" * 64, now, now + 60) == "other request"
    content = content_digest(body)
    assert store.begin(key, content, now, now + 60) == "begun"
    engine.dispose()
    said = robot.ask("POST", "/clients", body, Idempotency_Key="flight-1")
    assert said.problem == (409, "request-in-flight") and said.headers["Retry-After"] == "2"
    assert registered(robot, "Flight") == 1


def test_of_many_at_once_one_registers(robot: Robot) -> None:
    body = {**NEW, "client_name": "Many"}

    def ask(_: int) -> int:
        return robot.ask("POST", "/clients", body, Idempotency_Key="many-1").status

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(ask, range(4)))
    assert set(found) <= {201, 409} and 201 in found
    assert registered(robot, "Many") == 1


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("", id="draft-idempotency-key-2.1 empty"),
        pytest.param("a b", id="draft-idempotency-key-2.1 a blank"),
        pytest.param("a,b", id="RFC9110-5.3 two of them"),
        pytest.param("a" * 201, id="draft-idempotency-key-2.1 too long"),
        pytest.param("\xe9", id="RFC9110-5.5 not ASCII"),
    ],
)
def test_a_key_that_is_none_is_refused(robot: Robot, key: str) -> None:
    with pytest.raises(Problem) as refused:
        key_of(key)
    assert refused.value.status == 400
