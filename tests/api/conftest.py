"""The administration API of a world, asked by applications that act for themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from werkzeug.test import TestResponse

from bridge.domain.admin_scopes import ADMIN_SCOPES, API_PATH
from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from tests.support.world import World

ROBOT = "robot"
ADMINISTERS: dict[str, Any] = {
    "redirect_uris": (),
    "grant_types": ("client_credentials",),
    "scope": tuple(ADMIN_SCOPES),
    "sector_identifier": "robots",
}


@dataclass(frozen=True)
class Said:
    """What the API answered."""

    response: TestResponse

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        return self.response.headers

    @property
    def body(self) -> Any:
        return json.loads(self.response.data)

    @property
    def etag(self) -> str:
        return self.response.headers["ETag"]

    @property
    def problem(self) -> tuple[int, str]:
        """The status, and the kind of problem; each is said twice, and the same."""
        assert self.response.content_type == "application/problem+json", self.response.data
        assert self.body["status"] == self.status
        return self.status, self.body["type"].removeprefix("urn:bridge:problem:")

    def __getitem__(self, name: str) -> Any:
        return self.body[name]


class Robot:
    """An application with scopes of administration, and its token."""

    def __init__(self, world: World, client_id: str, scope: str | None = None) -> None:
        self.world = world
        said = world.token(client_id, grant_type="client_credentials", scope=scope)
        self.token = said["access_token"]

    def ask(self, method: str, path: str, body: Any = None, /, **headers: str) -> Said:
        """With the token; `body` as JSON, or bytes as they are; `If_Match` is the header If-Match."""
        given = {"Authorization": f"Bearer {self.token}", **_names(headers)}
        data = body
        if body is not None and not isinstance(body, bytes):
            data = json.dumps(body, ensure_ascii=False).encode()
        if data is not None and "Content-Type" not in given:
            given["Content-Type"] = "application/json"
        headers = {name: value for name, value in given.items() if value}
        return ask(self.world, method, path, data, headers)

    def get(self, path: str, /, **headers: str) -> Said:
        return self.ask("GET", path, None, **headers)

    def register(self, client_id: str, **fields: Any) -> Said:
        said = self.ask("POST", "/clients", {**NEW, "client_id": client_id, **fields})
        assert said.status == 201, said.body
        return said


NEW = {"client_name": "Portal of a ministry", "redirect_uris": ["https://portal.example/cb"]}


def _names(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def ask(world: World, method: str, path: str, data: bytes | None, headers: Mapping[str, str]) -> Said:
    """Any request at all to the API; `path` below it."""
    browser = world.app.test_client()
    address = path if path.startswith("/admin/") else API_PATH + path
    said = browser.open(address, method=method, data=data, headers=dict(headers), base_url=world.issuer)
    return Said(said)


def administering(client_id: str, **fields: Any) -> Client:
    return Client(ClientId(client_id), f"Robot {client_id}", **{**ADMINISTERS, **fields})


@pytest.fixture(scope="module")
def robot(world: World) -> Iterator[Robot]:
    """One that may everything that machines may; what it registers is gone after the module."""
    before = {client.client_id for client in world.services.clients.all()}
    world.register(administering(ROBOT))
    yield Robot(world, ROBOT)
    for client in world.services.clients.all():
        if client.client_id not in before:
            world.services.clients.remove(client.client_id)
