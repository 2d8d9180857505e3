"""Worlds that a real browser can reach: the bridge on a port or behind an https proxy, with applications."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trustme

from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from tests.support.application import Application
from tests.support.person import Page
from tests.support.servers import free_port, https_proxy, serving
from tests.support.world import ALL_SCOPES, World, finish, make_world


@dataclass
class Live:
    """A world on real ports. Two applications are registered, on hosts of their own."""

    world: World
    issuer: str
    applications: dict[str, Application] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)

    def walk(self, address: str, persona: str = "sophea", until: str = "http://127.0.0.2") -> Page:
        """Somebody without a screen goes from `/authorize` to the redirect back to the application."""
        person = self.world.person()
        page = person.visit(address, until)
        if page.leads_to("/login/start"):
            with self.world.approving(persona):
                page = person.follow(person.press(page, "continue"), until)
        return finish(person, page, until)


def make_live(
    folder: Path, version: str = "v3", *, proxied: bool = False, camdigikey: str = "127.0.0.1"
) -> Iterator[Live]:
    """Serve a world; behind an https proxy the bridge itself speaks plain HTTP on loopback.

    `camdigikey`: the host of its login pages. To a browser, each 127.0.0.x is a site of its own.
    """
    with ExitStack() as stack:
        inside, outside = free_port(), free_port()
        issuer = f"https://127.0.0.1:{outside}" if proxied else f"http://127.0.0.1:{inside}"
        worlds = make_world(
            folder,
            version,
            issuer=issuer,
            camdigikey=camdigikey,
            BRIDGE_SERVER__TRUSTED_PROXIES="127.0.0.1",
        )
        world = stack.enter_context(_closing(worlds))
        stack.enter_context(serving(world.app, "127.0.0.1", inside))
        authority = trustme.CA()
        if proxied:
            stack.enter_context(https_proxy("127.0.0.1", outside, f"http://127.0.0.1:{inside}", authority))
        bundle = folder / "authority.pem"
        authority.cert_pem.write_to_path(bundle)
        live = Live(world, issuer)
        for name, host in (("portal", "127.0.0.2"), ("office", "127.0.0.3")):
            port = free_port(host)
            home = f"http://{host}:{port}/"
            world.register(_client(name, home))
            application = Application(
                issuer, name, world.secrets[name], home + "cb", str(bundle) if proxied else True
            )
            stack.enter_context(serving(application.app(), host, port))
            live.applications[name] = application
            live.addresses[name] = home
        yield live


class _closing:
    """A generator's one value, as a context."""

    def __init__(self, worlds: Iterator[World]) -> None:
        self._worlds = worlds

    def __enter__(self) -> World:
        return next(self._worlds)

    def __exit__(self, *_: object) -> None:
        next(self._worlds, None)


def _client(name: str, home: str) -> Client:
    return Client(
        ClientId(name),
        {"portal": "Ministry portal", "office": "Office of records"}[name],
        (home + "cb",),
        grant_types=("authorization_code", "refresh_token"),
        scope=ALL_SCOPES,
        sector_identifier=home,
        client_uri=home,
        post_logout_redirect_uris=(home,),
    )


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A bridge on a port of its own, in v3 over plain HTTP on loopback."""
    yield from make_live(tmp_path_factory.mktemp("live"))


@pytest.fixture(scope="session", params=["v3", "v2", "v3 behind https", "v2 behind https"])
def anywhere(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Every way a bridge is reached: each journey is walked in all of them."""
    version, _, behind = request.param.partition(" ")
    folder = tmp_path_factory.mktemp(request.param.replace(" ", "-"))
    yield from make_live(folder, version, proxied=bool(behind))
