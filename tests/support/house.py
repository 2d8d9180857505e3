"""One house of the token half (tests/oidc/house.py) for all tests of a process, made as new before each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bridge.stores import embedded, migrate
from tests.oidc.house import House


@pytest.fixture(scope="session")
def built_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("oidc")
    server = embedded.start(folder / "redis")
    migrate.upgrade(f"sqlite:///{folder / 'bridge.db'}")
    house = House(folder, server.url)
    yield house
    house.close()
    server.stop()


@pytest.fixture
def house(built_house: House) -> House:
    built_house.reset()
    return built_house
