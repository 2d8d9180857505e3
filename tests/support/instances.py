"""Two `bridge run` behind one address, on one PostgreSQL and one Redis, with keys and clocks of their own."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from bridge.app import create_app
from bridge.settings import load
from bridge.stores import migrate
from bridge.wiring.services import build
from tests.stores.servers import valkey
from tests.support.person import Page
from tests.support.running import Running, Visitor, environment, launch, ready, simulating
from tests.support.servers import free_port
from tests.support.switch import Switch, switch
from tests.support.world import Tokens, clients, finish

HOME = Path(__file__).resolve().parents[2]
# Python runs a module of this name first: it moves the process's clock by the seconds that a file says.
CLOCK = """
import os, time
_time, _time_ns, _file = time.time, time.time_ns, os.environ.get("TEST_CLOCK")
def _moved():
    with open(_file) as said:
        return float(said.read())
if _file:
    time.time = lambda: _time() + _moved()
    time.time_ns = lambda: _time_ns() + int(_moved() * 1e9)
"""


def new_key() -> str:
    """A master key, as the settings have it."""
    return base64.b64encode(os.urandom(32)).decode()


@dataclass
class Instance:
    """One machine: its processes come and go, its folder and its clock stay."""

    name: str
    issuer: str
    port: int
    folder: Path
    shared: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def own(self) -> str:
        """Its own address, which stands behind the issuer's."""
        return f"http://127.0.0.1:{self.port}"

    def environ(self, keys: str) -> dict[str, str]:
        return {
            **self.shared,
            "BRIDGE_MASTER_KEYS": keys,
            "BRIDGE_SERVER__PORT": str(self.port),
            "BRIDGE_SERVER__WORKERS": "1",
            "BRIDGE_DATA_DIR": str(self.folder / "data"),
            "PYTHONPATH": f"{self.folder / 'clock'}:{HOME}",
            "TEST_CLOCK": str(self.folder / "ahead"),
        }

    def set_clock(self, ahead: float) -> None:
        """Its clock is so many seconds ahead of the true time from now on, in what runs too."""
        after = self.folder / "ahead.new"
        after.write_text(str(ahead))
        after.replace(self.folder / "ahead")

    def start(self, *keys: str) -> Instance:
        """Run with these master keys, in place of what ran before."""
        self.stop()
        self.process = launch(self.environ(",".join(keys)), self.log)
        ready(self.own, self.process, self.log)
        return self

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            assert self.process.wait(30) == 0, self.log.read_text()[-3000:]

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)

    def get(self, path: str) -> requests.Response:
        """Asked at its own address, by the issuer's host."""
        host = self.issuer.removeprefix("http://")
        return requests.get(self.own + path, headers={"Host": host}, timeout=20)

    def command(self, keys: str, *words: str) -> subprocess.CompletedProcess[str]:
        """`bridge …` on this machine, with these master keys."""
        outside = {name: value for name, value in os.environ.items() if not name.startswith("BRIDGE_")}
        command = [sys.executable, "-m", "bridge", *words]
        return subprocess.run(
            command,
            env={**outside, **self.environ(keys)},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@dataclass
class SignIn:
    """A sign-in that went over both instances."""

    person: Visitor
    tokens: Tokens


@dataclass
class Pair:
    """Both, and the address that leads to one of them."""

    a: Instance
    b: Instance
    front: Switch
    world: Running = field(repr=False)

    def at(self, instance: Instance) -> None:
        """Whoever asks the issuer reaches this one from now on."""
        self.front.target = instance.port

    def person(self) -> Visitor:
        visitor = Visitor(self.world)
        visitor._outside.headers["Connection"] = "close"  # each request goes where the switch points
        return visitor

    def sign_in(self, client_id: str = "web", scope: str = "openid profile", **more: str) -> SignIn:
        """Begun at A, called back at B, redeemed at A, refreshed at B; userinfo answers at both."""
        person = self.person()
        returned = self.at_camdigikey(person, client_id, scope=scope, **more)
        self.at(self.b)
        page = finish(
            person, person.follow(person.get(returned.location), until="https://"), until="https://"
        )
        return SignIn(person, self.redeemed(page, client_id))

    def at_camdigikey(self, person: Visitor, client_id: str, **more: str) -> Page:
        """Begun at A and approved; what leads back is not followed yet."""
        self.at(self.a)
        page = person.visit(self.world.authorize_url(client_id, **more), until="https://")
        with self.world.approving("sophea"):
            at_camdigikey = person.press(page, "continue")
            return person.follow(at_camdigikey, until=self.world.issuer + "/camdigikey/")

    def redeemed(self, page: Page, client_id: str) -> Tokens:
        """The code's tokens from A, and after a refresh at B what that gave."""
        assert page.params.get("code"), (page.status, page.location, page.text)
        self.at(self.a)
        tokens = self.world.tokens(page, client_id)
        assert tokens.status == 200, tokens.body
        return self.refreshed(tokens, client_id)

    def refreshed(self, tokens: Tokens, client_id: str = "web") -> Tokens:
        self.at(self.b)
        found = self.world.token(client_id, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
        assert found.status == 200, found.body
        for instance in (self.a, self.b):
            self.at(instance)
            assert self.world.userinfo(found["access_token"])[0] == 200
        found.body.setdefault("refresh_token", tokens["refresh_token"])  # a confidential client keeps its own
        found.body.setdefault("id_token", tokens["id_token"])
        return found


@contextmanager
def pair(folder: Path, postgres_url: str, key: str) -> Iterator[Pair]:
    """Two instances that are not started yet, with the clients of every world registered; `key` seals."""
    with ExitStack() as stack:
        front = stack.enter_context(switch(0))
        issuer = f"http://127.0.0.1:{front.port}"
        simulator = stack.enter_context(simulating(folder / "simulator", issuer))
        (folder / "redis").mkdir()
        redis = stack.enter_context(valkey(folder / "redis"))
        shared = environment(
            folder,
            simulator,
            issuer,
            BRIDGE_MASTER_KEYS=key,
            BRIDGE_DATABASE__URL=postgres_url,
            BRIDGE_REDIS__URL=f"redis://127.0.0.1:{redis}/0",
        )
        settings = load(environ=shared)
        migrate.upgrade(settings.database_url)
        services = build(settings)
        app = create_app(settings, services)
        a, b = (_instance(name, issuer, folder, shared) for name in ("a", "b"))
        world = Running(app, settings, services, simulator, {}, None, folder / "log")  # type: ignore[arg-type]  # -- it has none of its own
        for client in clients():
            world.register(client)
        services.close()  # it serves nobody; what a test asks of its stores opens them again
        stack.callback(services.close)
        for instance in (a, b):
            stack.callback(instance.kill)
        yield Pair(a, b, front, world)


def _instance(name: str, issuer: str, folder: Path, shared: Mapping[str, str]) -> Instance:
    place = folder / name
    (place / "clock").mkdir(parents=True)
    (place / "clock" / "sitecustomize.py").write_text(CLOCK)
    found = Instance(name, issuer, free_port(), place, shared)
    found.set_clock(0)
    return found
