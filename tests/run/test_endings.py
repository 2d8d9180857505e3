"""`bridge run` ends in order: no longer ready, requests under way are finished, then Valkey, exit 0."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
import requests

from bridge.domain.client import Client
from bridge.settings import load
from bridge.simulator import Simulator
from bridge.wiring.services import build
from tests.run.conftest import Bridge, Run, control
from tests.support.person import Page
from tests.support.waiting import until

CALLBACK = "https://app.example/cb"
AUTHORIZE = {
    "response_type": "code",
    "client_id": "app",
    "redirect_uri": CALLBACK,
    "scope": "openid",
    "code_challenge": "x" * 43,
    "code_challenge_method": "S256",
}


def register(bridge: Bridge) -> None:
    """An application, kept as `bridge client add` would."""
    socket_path = bridge.folder / "data" / "redis" / "valkey.sock"
    services = build(load(environ={**bridge.environ, "BRIDGE_REDIS__URL": f"unix://{socket_path}"}))
    services.clients.add(
        Client(
            "app",
            "An application",
            (CALLBACK,),
            token_endpoint_auth_method="none",
            sector_identifier="app.example",
        )
    )
    services.close()


def sign_in_page(bridge: Bridge) -> tuple[requests.Session, Page]:
    """A browser at the page before CamDigiKey."""
    browser = requests.Session()

    def shown() -> requests.Response | None:
        said = browser.get(bridge.issuer + "/authorize", params=AUTHORIZE, timeout=10)
        return said if "/login/start" in said.text else None  # workers learn of a new client within seconds

    said = until(shown, "no page to sign in")
    return browser, Page(said.url, said.status_code, said.headers, said.text)


@pytest.fixture
def hanging(run: Run, simulator: Simulator) -> Iterator[tuple[Bridge, Future[requests.Response]]]:
    """A bridge that is in the middle of a request: CamDigiKey takes two seconds for its login token."""
    bridge = run().ready()
    register(bridge)
    browser, page = sign_in_page(bridge)
    form = page.form("continue")
    before = control(simulator, "/state")["calls"].get("login_token", 0)
    control(simulator, "/faults", operation="login_token", kind="slow", seconds=2)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(
            browser.post, bridge.issuer + form.action, form.fields, allow_redirects=False, timeout=20
        )
        until(lambda: control(simulator, "/state")["calls"].get("login_token", 0) > before, "nobody asks")
        yield bridge, answer


def test_after_sigterm_it_is_not_ready_finishes_what_is_under_way_and_exits_with_0(
    hanging: tuple[Bridge, Future[requests.Response]],
) -> None:
    bridge, answer = hanging
    bridge.process.terminate()

    def not_ready() -> bool:
        said = requests.get(bridge.issuer + "/readyz", timeout=5)
        return said.status_code == 503 and said.json()["missing"] == ["leaving"]

    until(not_ready, "it still says that it is ready")
    assert answer.result(20).status_code == 303  # and so Valkey was there: the Handoff is kept in it
    assert bridge.ended() == 0
    bridge.gone()


def test_ctrl_c_in_the_terminal_finishes_what_is_under_way_and_exits_with_0(
    hanging: tuple[Bridge, Future[requests.Response]],
) -> None:
    bridge, answer = hanging
    os.killpg(bridge.process.pid, signal.SIGINT)
    assert answer.result(20).status_code == 303
    assert bridge.ended() == 0
    bridge.gone()


def test_after_a_sigkill_in_the_middle_of_a_request_nothing_is_left(
    hanging: tuple[Bridge, Future[requests.Response]],
) -> None:
    bridge, answer = hanging
    bridge.process.kill()
    bridge.ended()
    bridge.gone()
    assert isinstance(answer.exception(20), requests.ConnectionError)


def test_sigterm_before_it_serves_leaves_nothing(run: Run) -> None:
    bridge = run()
    until((bridge.folder / "data" / "redis" / "valkey.lock").exists, "Valkey is not started")
    bridge.process.terminate()
    assert bridge.ended() == 0
    bridge.gone()


def test_a_session_of_before_lives_on_after_a_new_start(run: Run) -> None:
    bridge = run().ready()
    register(bridge)
    bridge.process.terminate()
    assert bridge.ended() == 0
    same = {name: bridge.environ[name] for name in ("BRIDGE_DATA_DIR", "BRIDGE_MASTER_KEYS")}
    again = run("again", **same).ready()
    assert sign_in_page(again)[1].status == 200


def test_logs_are_json_and_hold_nothing_of_a_query_or_a_broken_request(run: Run) -> None:
    bridge = run().ready()
    for path in ("/authorize", "/camdigikey/callback", "/camdigikey/error", "/login", "/nowhere", "/healthz"):
        requests.get(bridge.issuer + path, params={"authToken": "canary", "x": "canary"}, timeout=10)
    requests.post(bridge.issuer + "/token", data={"code": "canary"}, timeout=10)
    for nonsense in (b"GET /canary HTTP/9.9\r\n\r\n", b"\x16\x03\x01canary\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", bridge.port), 10) as connection:
            connection.sendall(nonsense)
            connection.recv(1000)
    bridge.process.terminate()
    assert bridge.ended() == 0
    [notice, *rest] = [line for line in bridge.said().splitlines() if not line.startswith("{")]
    assert notice.startswith("Listening on") and not rest
    lines = [json.loads(line) for line in bridge.said().splitlines() if line.startswith("{")]
    assert {line.get("path") for line in lines} >= {"/authorize", "/camdigikey/callback", "/token"}
    assert "canary" not in bridge.said()
