"""Whether this process can serve: SQL, Redis and keys, never CamDigiKey (DESIGN §6.14)."""

from collections.abc import Mapping

from bridge.errors import StoreUnavailable
from bridge.ports import HealthCheck


def readiness(checks: Mapping[str, HealthCheck]) -> tuple[str, ...]:
    """The names of what is missing; empty when ready."""
    missing = []
    for name, check in checks.items():
        try:
            check()
        except StoreUnavailable:
            missing.append(name)
    return tuple(missing)
