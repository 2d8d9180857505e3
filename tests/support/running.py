"""The real `bridge run`: a supervisor, its Valkey and four workers, beside a simulator."""

from __future__ import annotations

import base64
import http.client
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import requests

from bridge.app import create_app
from bridge.settings import load
from bridge.simulator import Simulator, serve
from bridge.wiring.services import build
from tests.bench.processes import family
from tests.support.person import Person
from tests.support.servers import free_port
from tests.support.waiting import until
from tests.support.world import Tokens, World, basic, clients

WORKERS = 4
AT_ONCE = 100
PATIENCE = 60  # seconds
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one of many requests got."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def cookie(self, name: str) -> str:
        """The value that a cookie is set to; empty where it is not."""
        for line in self.headers.get_all("Set-Cookie", []):
            found, _, value = line.partition(";")[0].partition("=")
            if found == name:
                return value
        return ""


class Visitor(Person):
    """Somebody whose browser reaches the bridge through its port, as all do."""

    def __init__(self, world: Running) -> None:
        super().__init__(world.app, "reached over sockets:")

    @property
    def cookies(self) -> str:
        """What the browser sends, as the value of its header."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._outside.cookies)


@dataclass
class Running(World):
    """A world whose bridge is `bridge run`; `app` is one more, in this process, on the same stores."""

    process: subprocess.Popen[bytes]
    log: Path

    def person(self, **_: str) -> Visitor:
        """Somebody with a new browser."""
        return Visitor(self)

    def token(self, client_id: str = "web", **fields: str | None) -> Tokens:
        """Ask `/token` as this client, by the way it is registered for."""
        form, headers = self.token_request(client_id, **fields)
        said = requests.post(self.issuer + "/token", form, headers=headers, timeout=20)
        return Tokens(said.status_code, said.json(), said.headers)

    def token_request(self, client_id: str, **fields: str | None) -> tuple[dict[str, str], dict[str, str]]:
        """The form and the headers of a request to `/token`, with what proves the client."""
        form = {name: value for name, value in fields.items() if value is not None}
        client = self.services.clients.get(client_id)
        assert client is not None
        if client.public:
            return {"client_id": client_id, **form}, {}
        if client.token_endpoint_auth_method == "client_secret_post":
            return {"client_id": client_id, "client_secret": self.secrets[client_id], **form}, {}
        return form, {"Authorization": basic(client_id, self.secrets[client_id])}

    def userinfo(self, access_token: str) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {access_token}"}
        said = requests.get(self.issuer + "/userinfo", headers=headers, timeout=20)
        return said.status_code, said.json() if said.content else {}

    def calls(self, operation: str) -> int:
        """How often CamDigiKey was asked for this so far."""
        found: int = self.control("GET", "/state")["calls"].get(operation, 0)
        return found

    def workers(self) -> list[int]:
        """The process ids of the workers."""
        return workers_of(self.process.pid)

    def race(
        self,
        method: str,
        url: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        then: Callable[[Answer], Any] = lambda answer: answer,
    ) -> list[Any]:
        """One request a hundred times at once, over connections that stood open; what `then` made of each."""
        line = threading.Barrier(AT_ONCE)
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        said = {"Content-Type": FORM, **(headers or {})} if form is not None else dict(headers or {})
        body = urlencode(form) if form is not None else None

        def ask(_: int) -> Any:
            connection = http.client.HTTPConnection(parts.netloc, timeout=PATIENCE)
            try:
                connection.connect()
                line.wait(PATIENCE)
                connection.request(method, target, body, said)
                got = connection.getresponse()
                answer = Answer(got.status, got.headers, got.read())
            finally:
                connection.close()
            return then(answer)

        with ThreadPoolExecutor(AT_ONCE) as threads:
            return list(threads.map(ask, range(AT_ONCE)))


def workers_of(supervisor: int) -> list[int]:
    """The processes below it but for Valkey."""
    return sorted(
        pid for pid, name in family(supervisor).items() if pid != supervisor and "valkey" not in name
    )


def environment(folder: Path, simulator: Simulator, issuer: str, **more: str) -> dict[str, str]:
    """The settings of a `bridge run` in this folder."""
    return {
        "BRIDGE_ISSUER": issuer,
        "BRIDGE_SERVER__PORT": str(urlsplit(issuer).port),
        "BRIDGE_SERVER__WORKERS": str(WORKERS),
        "BRIDGE_DATA_DIR": str(folder / "data"),
        "BRIDGE_MASTER_KEYS": base64.b64encode(os.urandom(32)).decode(),
        "BRIDGE_CAMDIGIKEY__PARTNER": str(simulator.partner_file),
        "BRIDGE_LIMITS__PER_BROWSER": "100000",
        "BRIDGE_REDIS__TIMEOUT": "20",  # a machine that is busy is not one that is away
        "BRIDGE_DATABASE__TIMEOUT": "20",
        "BRIDGE_LIMITS__PER_ADDRESS": "100000",
        **more,
    }


def launch(environ: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start `bridge run`, in a folder without a bridge.toml; what it says goes to `log`.

    It leads a session of its own, as in a terminal: Ctrl-C is a SIGINT for its process group.
    """
    outside = {name: value for name, value in os.environ.items() if not name.startswith("BRIDGE_")}
    command = [sys.executable, "-m", "bridge", "run"]
    home = Path(__file__).resolve().parents[2]
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            env={**outside, "PYTHONPATH": str(home), **environ},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=log.parent,
            start_new_session=True,
        )


def ready(issuer: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the bridge can serve; fails with its last words when it ends instead."""

    def answers() -> bool:
        assert process.poll() is None, log.read_text()[-3000:]
        try:
            return requests.get(issuer + "/readyz", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    until(answers, "the bridge does not become ready", 30)


@contextmanager
def simulating(folder: Path, issuer: str, version: str = "v3") -> Iterator[Simulator]:
    """A CamDigiKey that leads back to this issuer, while the block lasts; its partner.json says `version`."""
    local = ("127.0.0.1", 0)
    back = f"{issuer}/camdigikey/"
    urls: dict[str, Any] = {"success_url": back + "callback", "error_url": back + "error"}
    simulator = serve(folder, local, local, **urls, version=version)
    try:
        yield simulator
    finally:
        simulator.stop()


def make_running(folder: Path, version: str = "v3", **more: str) -> Iterator[Running]:
    """`bridge run` in a folder of its own, with the clients of every world; it has to end in order.

    `more` are settings.
    """
    issuer = f"http://127.0.0.1:{free_port()}"
    with ExitStack() as stack:
        simulator = stack.enter_context(simulating(folder / "simulator", issuer, version))
        environ = environment(folder, simulator, issuer, **more)
        process = launch(environ, folder / "bridge.log")
        stack.callback(_end, process)
        ready(issuer, process, folder / "bridge.log")
        own = f"unix://{folder / 'data' / 'redis' / 'valkey.sock'}"
        settings = load(environ={"BRIDGE_REDIS__URL": own, **environ})
        services = build(settings)
        stack.callback(services.close)
        app = create_app(settings, services)
        world = Running(app, settings, services, simulator, {}, process, folder / "bridge.log")
        for client in clients():
            world.register(client)
        yield world
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, world.log.read_text()[-3000:]


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()  # workers and Valkey end with it
        process.wait(10)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Four workers that speak v3 with CamDigiKey."""
    yield from make_running(tmp_path_factory.mktemp("running"))


@pytest.fixture(scope="session")
def running_v2(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Four workers that speak v2."""
    yield from make_running(tmp_path_factory.mktemp("running2"), "v2")
