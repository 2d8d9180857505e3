"""A server on Node with openid-client: its module camdigikey.mjs is the snippet, the rest is served.mjs."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.relying_parties.applied import Applied
from tests.support.tools import NODE_PROJECT, Node


@contextmanager
def node_server(applied: Applied, folder: Path, request: pytest.FixtureRequest) -> Iterator[None]:
    """It says a line when it listens."""
    node: Node = request.getfixturevalue("node")
    applied.write(folder)
    shutil.copy(NODE_PROJECT / "served.mjs", folder)
    (folder / "node_modules").symlink_to(node.modules)
    environ = {"PATH": os.environ["PATH"], "HOST": applied.host, "PORT": str(applied.port)}
    command = [node.executable, "served.mjs"]
    with (
        (folder / "said").open("w") as said,
        subprocess.Popen(
            command, cwd=folder, env=environ, text=True, stdout=subprocess.PIPE, stderr=said
        ) as server,
    ):
        try:
            assert server.stdout
            assert server.stdout.readline() == "listening\n", (folder / "said").read_text()
            yield
        finally:
            server.terminate()
            server.wait(15)
