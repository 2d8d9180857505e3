"""The API's page of the documents: its tables are those of the code, and its example works as it stands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from bridge.app import create_app
from bridge.domain.admin_scopes import ADMIN_SCOPES, API_PATH
from bridge.web.api.problems import KINDS
from bridge.web.api.rows import OPERATIONS
from tests.api.conftest import ROBOT, Robot
from tests.support.servers import free_port, serving

PAGE = (Path(__file__).resolve().parents[2] / "docs/guides/api.md").read_text(encoding="utf-8")


def rows_of(heading: str) -> list[list[str]]:
    """The cells of the table that begins with this cell."""
    lines = PAGE.split(f"| {heading} |", 1)[1].splitlines()[2:]
    table = lines[: next(number for number, line in enumerate(lines) if not line.startswith("|"))]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_its_operations_are_those_of_the_rows() -> None:
    expected = [
        [
            f"`{row.method} {row.path.removeprefix(API_PATH)}`",
            row.about,
            " or ".join(f"`{scope.removeprefix('bridge.admin.')}`" for scope in row.scopes) or "none",
        ]
        for row in OPERATIONS
    ]
    assert rows_of("operation") == expected


def test_its_scopes_are_those_of_the_code() -> None:
    assert rows_of("scope") == [[f"`{scope}`", about] for scope, about in ADMIN_SCOPES.items()]


def test_the_problems_that_it_names_are_such() -> None:
    named = re.findall(r"urn:bridge:problem:([a-z-]+)|\d{3} `([a-z-]+)`", PAGE)
    assert named and {first or second for first, second in named} <= KINDS.keys()


def test_the_example_registers_and_then_changes(robot: Robot) -> None:
    """As it stands, in a process of its own, over a socket."""
    world, port = robot.world, free_port()
    issuer = f"http://127.0.0.1:{port}"
    app = create_app(world.settings.model_copy(update={"issuer": issuer}), world.services)
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    environ = {
        **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
        "BRIDGE": issuer,
        "CLIENT_ID": ROBOT,
        "CLIENT_SECRET": world.secrets[ROBOT],
    }
    said = []
    with serving(app, "127.0.0.1", port):
        for _ in range(2):
            command = [sys.executable, "-c", code]
            done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60)
            assert done.returncode == 0, done.stderr
            said.append(done.stdout)
    assert "not shown again" in said[0] and said[1] == "portal is registered.\n"
    assert robot.get("/clients/portal")["client_name"] == "Ministry portal"
