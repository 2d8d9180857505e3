"""A world whose clock a test can move: the same stores and simulator behind an application of its own."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from bridge.app import create_app
from tests.support.world import World


@dataclass
class MovedClock:
    """Our clock, `ahead` seconds of everybody else's."""

    ahead: float = 0

    def __call__(self) -> float:
        return time.time() + self.ahead


def with_clock(world: World) -> tuple[World, MovedClock]:
    """The world with a clock of its own."""
    clock = MovedClock()
    services = replace(world.services, clock=clock)
    return replace(world, app=create_app(world.settings, services), services=services), clock
