"""A client that acts for itself, as the tests of this folder register it."""

from __future__ import annotations

from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from tests.support.live import Live

OWN_SCOPE = "registry.read"


def machine(live: Live) -> Client:
    """Without any address: no browser ever comes to it."""
    return live.world.register(
        Client(
            ClientId("machine"),
            "Nightly run",
            (),
            grant_types=("client_credentials",),
            scope=(OWN_SCOPE,),
        )
    )
