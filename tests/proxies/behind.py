"""A whole bridge behind a proxy, and people and applications that know it by the proxy's address alone."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from bridge.app import create_app
from bridge.settings import load
from bridge.wiring.services import build
from tests.proxies.kinds import Proxy, proxy
from tests.support.person import Page
from tests.support.running import Running, Visitor, environment, launch, ready, simulating
from tests.support.servers import free_port
from tests.support.world import CALLBACK, Tokens, clients

APPLICATION = CALLBACK.partition("/callback")[0]
PATIENCE = 20  # seconds
UNSOLICITED = 2  # callbacks without a Handoff that an address has in a minute


class Outsider(Visitor):
    """Somebody whose browser knows the proxy alone. `seen`: each answer that came through it."""

    def __init__(self, world: Behind) -> None:
        super().__init__(world)
        self._outside = world.session()
        self._through = world.issuer
        self.seen: list[Page] = []

    def _ask(self, method: str, url: str, fields: dict[str, str] | None, more: Mapping[str, str]) -> Page:
        page = super()._ask(method, url, fields, more)
        if url.startswith(self._through):
            self.seen.append(page)
        return page


def leads_away(page: Page) -> bool:
    """Whether its button posts to the application (response_mode=form_post)."""
    return page.form("continue").action.startswith(APPLICATION)


@dataclass
class Behind(Running):
    """A world whose bridge is `bridge run` behind a real proxy."""

    proxy: Proxy
    environ: Mapping[str, str]

    @property
    def inside(self) -> str:
        """The bridge's own address, which only the proxy knows."""
        return f"http://127.0.0.1:{self.proxy.place.bridge}"

    def person(self, **_: str) -> Outsider:
        """Somebody with a new browser."""
        return Outsider(self)

    def session(self) -> requests.Session:
        """What asks through the proxy, and trusts its certificate."""
        session = requests.Session()
        session.trust_env, session.verify = False, str(self.proxy.authority)
        return session

    def token(self, client_id: str = "web", **fields: str | None) -> Tokens:
        """Ask `/token` as this client, by the way it is registered for."""
        form, headers = self.token_request(client_id, **fields)
        said = self.session().post(self.issuer + "/token", form, headers=headers, timeout=PATIENCE)
        return Tokens(said.status_code, said.json(), said.headers)

    def userinfo(self, access_token: str) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {access_token}"}
        said = self.session().get(self.issuer + "/userinfo", headers=headers, timeout=PATIENCE)
        return said.status_code, said.json() if said.content else {}

    def walk(self, person: Outsider, client_id: str = "web", **changes: str | None) -> Page:
        """The whole way to the application; gives the answer that leads there, or the form that would."""
        page = person.visit(self.authorize_url(client_id, **changes), until=APPLICATION)
        if page.leads_to("/login/start"):
            with self.approving("sophea"):
                page = person.follow(person.press(page, "continue"), until=APPLICATION)
        if page.has("continue") and not page.location and not leads_away(page):
            page = person.follow(person.press(page, "continue"), until=APPLICATION)  # consent
        return page

    def stop(self) -> None:
        """End the bridge as an operator does."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0, self.log.read_text()[-3000:]

    def start(self) -> None:
        """Begin it anew, as it was."""
        self.process = launch(self.environ, self.log.with_name("again.log"))
        ready(self.inside, self.process, self.log)

    def said(self) -> str:
        """The lines that the bridge wrote."""
        return "".join(log.read_text() for log in self.log.parent.glob("*.log"))


def make_behind(kind: str, folder: Path) -> Iterator[Behind]:
    """`bridge run` with the clients of every world, behind a proxy of this kind."""
    port = free_port()
    own = {
        "BRIDGE_SERVER__PORT": str(port),
        "BRIDGE_SERVER__WORKERS": "2",
        "BRIDGE_SERVER__TRUSTED_PROXIES": "127.0.0.1/32",
        "BRIDGE_LIMITS__UNSOLICITED_PER_ADDRESS": str(UNSOLICITED),
    }
    with ExitStack() as stack:
        front = stack.enter_context(proxy(kind, "localhost", port))
        issuer = f"https://localhost:{front.place.port}"
        simulator = stack.enter_context(simulating(folder / "simulator", issuer))
        environ = environment(folder, simulator, issuer, **own)
        process = launch(environ, folder / "bridge.log")
        redis = f"unix://{folder / 'data' / 'redis' / 'valkey.sock'}"
        try:
            ready(f"http://127.0.0.1:{port}", process, folder / "bridge.log")
            settings = load(environ={"BRIDGE_REDIS__URL": redis, **environ})
            services = build(settings)
            stack.callback(services.close)
            app = create_app(settings, services)
            world = Behind(
                app, settings, services, simulator, {}, process, folder / "bridge.log", front, environ
            )
            for client in clients():
                world.register(client)
        except BaseException:
            process.kill()
            process.wait()
            raise
        try:
            yield world
        finally:
            world.process.kill()  # workers and Valkey end with it
            world.process.wait()
