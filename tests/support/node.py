"""Node with the JavaScript relying parties' packages."""

from __future__ import annotations

import json

import pytest

from tests.support import tools
from tests.support.tools import Node


@pytest.fixture(scope="session")
def node() -> Node:
    """`node.executable`, and `node.modules` with what package.json names; scripts beside it find that."""
    found = tools.needed(tools.find_node(), tools.NODE_HINT)
    wanted = json.loads((tools.NODE_PROJECT / "package.json").read_text())["dependencies"]
    missing = [name for name in wanted if not (found.modules / name).is_dir()]
    hint = f"needs npm's {', '.join(missing)}: run make test with the npm registry in reach."
    return tools.needed(None if missing else found, hint)
