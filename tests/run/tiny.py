"""A tiny application to be served: slow where asked, and it shows what a worker knows of itself."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterable
from typing import Any

from bridge.errors import ConfigError
from bridge.ops.health import readiness


def make() -> Any:
    """The factory."""
    return application


def broken() -> Any:
    """A factory that finds its settings wrong."""
    raise ConfigError(("The settings are wrong.",))


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    path = environ["PATH_INFO"]
    if path.startswith("/slow"):
        print("slow begins", file=sys.stderr, flush=True)
        threading.Event().wait(2)  # an event that never comes: as long as a slow upstream takes
    if path == "/readyz" and readiness({}):
        start_response("503 Service Unavailable", [])
        return [b""]
    known = {
        "pid": os.getpid(),
        "settings": [name for name in {**environ, **os.environ} if name.startswith("BRIDGE_")],
    }
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(known).encode()]
