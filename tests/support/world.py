"""A whole bridge for tests: real Valkey, SQLite, a simulator over mutual TLS, and registered clients.

One world of each protocol version serves all tests of a process; what a test changes in it, it changes back.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from flask import Flask

from bridge.app import create_app
from bridge.domain.client import Client
from bridge.domain.encoding import base64url, from_base64url
from bridge.domain.ids import ClientId
from bridge.ports.connectors import Connector
from bridge.ports.services import Services
from bridge.settings import Settings, load
from bridge.simulator import Simulator, serve
from bridge.stores import embedded, migrate
from bridge.wiring.services import build
from tests.support.person import Page, Person

ISSUER = "http://127.0.0.1:8080"
CALLBACK = "https://app.example/callback?tenant=1"
ALL_SCOPES = (
    "openid",
    "profile",
    "email",
    "phone",
    "nationality",
    "camdigikey_id",
    "national_id",
    "age",
    "address",
)


def pkce() -> tuple[str, str]:
    """A code_verifier and its S256 code_challenge (RFC 7636 §4)."""
    verifier = secrets.token_urlsafe(32)
    digest = hashlib.sha256(verifier.encode()).digest()
    return verifier, base64url(digest)


VERIFIER, CHALLENGE = pkce()


@dataclass(frozen=True)
class Tokens:
    """What `/token` answered."""

    status: int
    body: dict[str, Any]
    headers: Mapping[str, str]

    def __getitem__(self, name: str) -> Any:
        return self.body[name]

    @property
    def id_token(self) -> dict[str, Any]:
        """The claims of the ID token, read without looking at its signature."""
        part = self.body["id_token"].split(".")[1]
        claims: dict[str, Any] = json.loads(from_base64url(part))
        return claims


class Approvals:
    """Who approves at once at a simulator. Several may sign in together: the last who is done ends it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way = 0

    @contextmanager
    def lasting(self, world: World, persona: str) -> Iterator[None]:
        with self._lock:
            self._under_way += 1
            world.control("POST", "/settings", auto_approve=persona)
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1
                if not self._under_way:
                    world.control("POST", "/settings", auto_approve=None)


@dataclass
class World:
    """One bridge with its simulator."""

    app: Flask
    settings: Settings
    services: Services
    simulator: Simulator
    secrets: dict[str, str]
    approvals: Approvals = field(default_factory=Approvals, init=False, kw_only=True)

    @property
    def issuer(self) -> str:
        return self.settings.issuer

    @property
    def connector(self) -> Connector:
        """The CamDigiKey account that serves its clients."""
        return next(iter(self.services.connectors.values()))

    def person(self, **headers: str) -> Person:
        """Somebody with a new browser."""
        return Person(self.app, self.issuer, headers)

    def authorize_url(self, client_id: str = "web", **changes: str | None) -> str:
        """An address of `/authorize`; a parameter that is None is left out."""
        return f"{self.issuer}/authorize?{urlencode(self.authorize_params(client_id, **changes))}"

    def authorize_params(self, client_id: str = "web", **changes: str | None) -> dict[str, str]:
        client = self.services.clients.get(client_id)
        params: dict[str, str | None] = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": client.redirect_uris[0] if client else CALLBACK,
            "scope": "openid profile",
            "state": "st-ate",
            "nonce": "n-once",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in (params | changes).items() if value is not None}

    def approve(self, person: Person, page: Page, persona: str = "sophea") -> Page:
        """From the page before CamDigiKey through the simulator's approval; stops at our own next page."""
        at_camdigikey = person.press(page, "continue")
        with self.approving(persona):
            returned = person.follow(at_camdigikey, until=self.issuer + "/camdigikey/")
        return (
            person.follow(person.get(returned.location), until="https://") if returned.location else returned
        )

    def approving(self, persona: str) -> AbstractContextManager[None]:
        """While it lasts, CamDigiKey's login page approves for this persona at once."""
        return self.approvals.lasting(self, persona)

    def control(self, method: str, path: str, **body: Any) -> Any:
        """Ask the simulator's control endpoint."""
        said = requests.request(method, self.simulator.control_url + path, json=body or None, timeout=10)
        said.raise_for_status()
        return said.json() if said.content else None

    def sign_in(
        self, person: Person, client_id: str = "web", persona: str = "sophea", **changes: str | None
    ) -> Page:
        """The whole way to the redirect that carries the code; consent is given where it is asked."""
        page = person.visit(self.authorize_url(client_id, **changes), until="https://")
        if page.leads_to("/login/start"):
            page = self.approve(person, page, persona)
        return finish(person, page, until="https://")

    def tokens(self, page: Page, client_id: str = "web", **changes: str | None) -> Tokens:
        """Exchange the code of a redirect."""
        client = self.services.clients.get(client_id)
        assert client is not None
        fields = {
            "grant_type": "authorization_code",
            "code": page.params.get("code", ""),
            "redirect_uri": client.redirect_uris[0],
            "code_verifier": VERIFIER,
        }
        return self.token(client_id, **{**fields, **changes})

    def token(self, client_id: str = "web", **fields: str | None) -> Tokens:
        """Ask `/token` as this client, by the way it is registered for."""
        client = self.services.clients.get(client_id)
        assert client is not None
        headers = {}
        form = {name: value for name, value in fields.items() if value is not None}
        if client.token_endpoint_auth_method == "client_secret_basic":
            headers["Authorization"] = basic(client_id, self.secrets[client_id])
        else:
            form = {"client_id": client_id, **form}
            if not client.public:
                form["client_secret"] = self.secrets[client_id]
        said = self.app.test_client().post("/token", data=form, headers=headers, base_url=self.issuer)
        return Tokens(said.status_code, said.get_json(), dict(said.headers))

    def userinfo(self, access_token: str) -> tuple[int, dict[str, Any]]:
        said = self.app.test_client().get(
            "/userinfo", headers={"Authorization": f"Bearer {access_token}"}, base_url=self.issuer
        )
        return said.status_code, said.get_json(silent=True) or {}

    def register(self, client: Client) -> Client:
        """Keep a client, with a secret when it has to have one."""
        if not client.public:
            secret = self.secrets.setdefault(client.client_id, secrets.token_urlsafe(32))
            client = replace(client, secret_hashes=(self.services.sealer.mac("client secret", secret),))
        if self.services.clients.get(client.client_id):
            self.services.clients.replace(client)
            return client
        try:
            self.services.clients.add(client)
        except KeyError:  # a test has deleted one of this id, which nobody else could have again
            self.services.deleted_clients.restore(client, 0)
        return client


def finish(person: Person, page: Page, until: str) -> Page:
    """Press through what is asked after CamDigiKey: is this you?, consent. Two pages, never more.

    An error's page is where it ends: its buttons lead back to the application.
    """
    for _ in range(2):
        if page.location or page.status >= 400 or not page.has("continue"):
            return page
        page = person.follow(person.press(page, "continue"), until)
    ends = page.location or page.status >= 400 or not page.has("continue")
    assert ends, f"a third page asks to continue: {page.url}"
    return page


def basic(name: str, secret: str) -> str:
    """The value of an Authorization header of the scheme Basic."""
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


def _client(client_id: str, name: str, redirect_uris: tuple[str, ...], **fields: Any) -> Client:
    return Client(ClientId(client_id), name, redirect_uris, **fields)


def clients() -> tuple[Client, ...]:
    """The relying parties of every world: one of each kind."""
    common: dict[str, Any] = {
        "scope": ALL_SCOPES,
        "sector_identifier": "app.example",
        "client_uri": "https://app.example/",
    }
    both = ("authorization_code", "refresh_token")
    return (
        _client(
            "web",
            "Ministry portal",
            (CALLBACK, "https://app.example/other"),
            grant_types=both,
            post_logout_redirect_uris=("https://app.example/bye",),
            allowed_origins=("https://app.example",),
            **common,
        ),
        _client(
            "second",
            "Second portal",
            ("https://second.example/cb",),
            **{**common, "sector_identifier": "second.example"},
        ),
        _client(
            "spa",
            "Page without a server",
            ("https://spa.example/cb",),
            token_endpoint_auth_method="none",
            grant_types=both,
            **{**common, "scope": (*ALL_SCOPES, "offline_access")},
        ),
        _client(
            "post",
            "Posts its secret",
            ("https://post.example/cb",),
            token_endpoint_auth_method="client_secret_post",
            grant_types=both,
            require_pkce=False,
            skip_consent=True,
            **{**common, "scope": (*ALL_SCOPES, "offline_access")},
        ),
        _client(
            "native",
            "Mobile app",
            ("http://127.0.0.1/cb", "http://[::1]/cb", "kh.gov.app:/cb"),
            application_type="native",
            token_endpoint_auth_method="none",
            **common,
        ),
        _client("own", "The institution's own", ("https://own.example/cb",), skip_consent=True, **common),
        _client("off", "Disabled", ("https://off.example/cb",), enabled=False, **common),
    )


def make_world(
    folder: Path,
    version: str = "v3",
    *,
    issuer: str = ISSUER,
    camdigikey: str = "127.0.0.1",
    **environ: str,
) -> Iterator[World]:
    """A world in a folder of its own; ends with its processes. `camdigikey`: where its login pages are."""
    valkey = embedded.start(folder / "redis")
    simulator = serve(
        folder / "simulator",
        ("127.0.0.1", 0),
        (camdigikey, 0),
        success_url=f"{issuer}/camdigikey/callback",
        error_url=f"{issuer}/camdigikey/error",
    )
    settings = load(
        environ={
            "BRIDGE_ISSUER": issuer,
            "BRIDGE_DATA_DIR": str(folder),
            "BRIDGE_MASTER_KEYS": base64.b64encode(os.urandom(32)).decode(),
            "BRIDGE_REDIS__URL": valkey.url,
            "BRIDGE_REDIS__TIMEOUT": "20",  # a machine that is busy is not one that is away
            "BRIDGE_DATABASE__TIMEOUT": "20",
            "BRIDGE_CAMDIGIKEY__PARTNER": str(simulator.partner_file),
            "BRIDGE_CAMDIGIKEY__VERSION": version,
            "BRIDGE_LIMITS__PER_BROWSER": "10000",
            "BRIDGE_LIMITS__PER_ADDRESS": "100000",
            "BRIDGE_LIMITS__UNSOLICITED_PER_ADDRESS": "100000",
            "BRIDGE_LIMITS__UNSOLICITED_IN_ALL": "1000000",
            "BRIDGE_LIMITS__PARKED_IN_ALL": "1000000",
            "BRIDGE_LIMITS__API_PER_CLIENT": "1000000",
            **environ,
        }
    )
    migrate.upgrade(settings.database_url)
    services = build(settings)
    world = World(create_app(settings, services), settings, services, simulator, {})
    for client in clients():
        world.register(client)
    try:
        yield world
    finally:
        services.close()
        simulator.stop()
        valkey.stop()


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A bridge that speaks v3."""
    yield from make_world(tmp_path_factory.mktemp("v3"))


@pytest.fixture(scope="session")
def world_v2(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A bridge that speaks v2."""
    yield from make_world(tmp_path_factory.mktemp("v2"), "v2")
