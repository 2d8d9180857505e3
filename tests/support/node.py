"""Node with the JavaScript relying parties' packages."""

from __future__ import annotations

import pytest

from tests.support import tools
from tests.support.tools import Node


@pytest.fixture(scope="session")
def node() -> Node:
    """`node.executable`, and `node.modules` with openid-client; scripts beside package.json find it."""
    found = tools.needed(tools.find_node(), tools.NODE_HINT)
    installed = found if (found.modules / "openid-client").is_dir() else None
    return tools.needed(installed, "needs npm's openid-client: run make test with the npm registry in reach.")
