"""A pytest plugin for `make mutants`: tests without a server come first, so most changes fall at once."""

from __future__ import annotations

import pytest

WHOLE_BRIDGES = ("tests/journeys/", "tests/web/", "tests/consent/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=cost)


def cost(item: pytest.Item) -> int:
    """What the test waits for before it begins: nothing, stores, or a bridge with the simulator."""
    if item.nodeid.startswith(WHOLE_BRIDGES):
        return 2
    return int("house" in getattr(item, "fixturenames", ()))
