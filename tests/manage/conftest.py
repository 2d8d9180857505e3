"""An office on a SQLite database of its own."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge import wiring
from bridge.settings import load


@pytest.fixture
def office(tmp_path: Path) -> Iterator[wiring.Console]:
    settings = load(
        environ={
            "BRIDGE_DATA_DIR": str(tmp_path),
            "BRIDGE_MASTER_KEYS": base64.b64encode(os.urandom(32)).decode(),
        }
    )
    with wiring.console(settings) as found:
        yield found
