"""The world, with a few more clients for as long as these cases run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.negative.cases import CLIENTS
from tests.support.world import World


@pytest.fixture(scope="module", name="world")
def world_with_their_clients(world: World) -> Iterator[World]:
    for client in CLIENTS:
        world.register(client)
    yield world
    for client in CLIENTS:
        world.services.clients.remove(client.client_id)
