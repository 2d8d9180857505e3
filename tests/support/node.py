"""Node with the JavaScript relying parties' packages."""

from __future__ import annotations

import pytest

from tests.support import tools
from tests.support.tools import Node


@pytest.fixture(scope="session")
def node() -> Node:
    """`node.executable`, and `node.modules` with what package.json names; scripts beside it find them."""
    found = tools.needed(tools.find_node(), tools.NODE_HINT)
    named = ("openid-client", "oidc-client-ts")
    installed = found if all((found.modules / name).is_dir() for name in named) else None
    return tools.needed(
        installed,
        "needs npm's openid-client and oidc-client-ts: run make test with the npm registry in reach.",
    )
