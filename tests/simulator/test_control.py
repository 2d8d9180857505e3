"""The control endpoint: who may use it, and what it takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from bridge.simulator.pki import open_folder
from bridge.simulator.service import Options, Service
from bridge.simulator.web import create_web


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return open_folder(tmp_path_factory.mktemp("control") / "simulator", "127.0.0.1")


@pytest.fixture
def service(made: Any) -> Service:
    return Service(*made, Options())


@pytest.fixture
def client(service: Service) -> Iterator[FlaskClient]:
    app = create_web(service)
    app.testing = True
    with app.test_client() as found:
        yield found


ROUTES = [
    ("GET", "/control/state"),
    ("POST", "/control/faults"),
    ("DELETE", "/control/faults"),
    ("POST", "/control/personas/dara"),
    ("POST", "/control/settings"),
]


def test_the_table_names_every_route_of_control(client: FlaskClient) -> None:
    rules = [rule for rule in client.application.url_map.iter_rules() if rule.rule.startswith("/control")]
    found = {
        (method, rule.rule.replace("<slug>", "dara"))
        for rule in rules
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert found == set(ROUTES)


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.4", "::1"])
def test_this_machine_is_heard(client: FlaskClient, method: str, path: str, address: str) -> None:
    body = {"kind": "500"} if path.endswith("faults") else {}
    said = client.open(path, method=method, json=body, environ_base={"REMOTE_ADDR": address})
    assert said.status_code == 200


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("address", ["10.0.0.1", "192.0.2.7", "2001:db8::1"])
def test_another_machine_finds_nothing(client: FlaskClient, method: str, path: str, address: str) -> None:
    said = client.open(path, method=method, json={"kind": "500"}, environ_base={"REMOTE_ADDR": address})
    assert said.status_code == 404


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_a_page_in_a_browser_finds_nothing(
    client: FlaskClient, service: Service, method: str, path: str, origin: str
) -> None:
    said = client.open(path, method=method, json={"kind": "500"}, headers={"Origin": origin})
    assert said.status_code == 404
    assert service.faults.next("status") is None


WRONG: list[tuple[str, Any, str]] = [
    ("faults", None, "JSON object"),
    ("faults", [], "JSON object"),
    ("faults", {}, "kind is one of"),
    ("faults", {"kind": ["500"]}, "kind is one of"),
    ("faults", {"kind": "magic"}, "kind is one of"),
    ("faults", {"kind": "500", "operation": "sing"}, "operation is one of"),
    ("faults", {"kind": "500", "operation": ["*"]}, "operation is one of"),
    ("faults", {"kind": "500", "count": "2"}, "count"),
    ("faults", {"kind": "500", "count": 0}, "count"),
    ("faults", {"kind": "500", "count": True}, "count"),
    ("faults", {"kind": "500", "count": 10**9}, "count"),
    ("faults", {"kind": "error", "code": 0}, "code"),
    ("faults", {"kind": "error", "code": "x"}, "code"),
    ("faults", {"kind": "slow", "seconds": -1}, "seconds"),
    ("faults", {"kind": "slow", "seconds": float("nan")}, "seconds"),
    ("faults", {"kind": "500", "colour": "red"}, "unknown: colour"),
    ("personas/nobody", {"dob": ""}, "no such persona"),
    ("personas/dara", {"shoe_size": 42}, "unknown: shoe_size"),
    ("personas/dara", {"slug": "x"}, "unknown: slug"),
    ("personas/dara", {"dob": 5}, "dob is a text"),
    ("personas/dara", {"user_status": "0"}, "user_status is a whole number"),
    ("settings", {"colour": "red"}, "unknown: colour"),
    ("settings", {"web_url": "http://a"}, "unknown: web_url"),
    ("settings", {"auto_approve": "nobody"}, "auto_approve"),
    ("settings", {"auto_approve": ["sophea"]}, "auto_approve"),
    ("settings", {"time_format": "moons"}, "time_format is one of"),
    ("settings", {"time_format": []}, "time_format is one of"),
    ("settings", {"empty_fields": "gone"}, "empty_fields is one of"),
    ("settings", {"empty_fields": {}}, "empty_fields is one of"),
    ("settings", {"error_vars": 0}, "error_vars is true or false"),
    ("settings", {"success_url": 5}, "success_url is an address"),
    ("settings", {"error_url": "http://["}, "error_url is an address"),
]


@pytest.mark.parametrize(("path", "given", "why"), WRONG)
def test_what_it_does_not_know_is_refused_in_a_sentence(
    client: FlaskClient, service: Service, path: str, given: Any, why: str
) -> None:
    before = (service.options, service.people.all())
    body = b"{" if given is None else json.dumps(given).encode()
    said = client.post(f"/control/{path}", data=body)
    assert said.status_code == 400
    assert why in said.get_json()["error"]
    assert (service.options, service.people.all()) == before
    assert service.faults.next("status") is None


def test_faults_come_in_order_as_often_as_ordered_and_can_be_cleared(
    client: FlaskClient, service: Service
) -> None:
    for order in (
        {"kind": "500", "operation": "status", "count": 2},
        {"kind": "error", "operation": "status", "code": 104},
        {"kind": "slow", "seconds": 0.5},
    ):
        assert client.post("/control/faults", json=order).get_json() == {"ok": True}
    faults = [service.faults.next("status") for _ in range(5)]
    assert [fault and fault.kind for fault in faults] == ["500", "500", "error", "slow", None]
    assert faults[2] and faults[2].code == 104 and faults[3] and faults[3].seconds == 0.5
    assert client.get("/control/state").get_json()["calls"] == {"status": 5}
    client.post("/control/faults", json={"kind": "500", "count": 3})
    assert client.get("/control/state").get_json()["faults"] == {"*": 3}
    assert client.delete("/control/faults").get_json() == {"ok": True}
    assert service.faults.next("status") is None


def test_settings_change_what_they_name_and_nothing_else(client: FlaskClient, service: Service) -> None:
    client.post("/control/settings", json={"success_url": "https://a.example/x", "time_format": "iso"})
    client.post("/control/settings", json={"auto_approve": "dara"})
    assert service.options == Options("", "https://a.example/x", "", "dara", "iso")
    client.post("/control/settings", json={"auto_approve": None, "success_url": ""})
    assert service.options == Options("", "", "", None, "iso")
    client.post("/control/settings", json={"empty_fields": "missing", "error_vars": False})
    assert service.options == Options("", "", "", None, "iso", "missing", False)
    state = client.get("/control/state").get_json()
    assert (state["time_format"], state["empty_fields"], state["error_vars"]) == ("iso", "missing", False)
