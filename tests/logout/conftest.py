"""Two workers of a real `bridge run`, and relying parties that hear of logouts at addresses of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from tests.logout.relying_party import LogoutReceiver
from tests.support.running import Running, Visitor, make_running
from tests.support.servers import free_port
from tests.support.world import Tokens


@dataclass
class Parties:
    """A bridge with two workers. `portal` and `office` are quick; `slow` takes requests and waits.

    At the address of `dead` nobody listens, and at that of `node` only a test that starts something there.
    """

    world: Running
    receivers: dict[str, LogoutReceiver] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)

    def signed_in(self, person: Visitor, client_id: str, persona: str = "sophea", **changes: str) -> Tokens:
        """The tokens of a sign-in; nobody is asked for consent."""
        page = self.world.sign_in(person, client_id, persona, **changes)
        return self.world.tokens(page, client_id)


def _client(name: str, address: str) -> Client:
    return Client(
        ClientId(name),
        name.title(),
        (f"https://{name}.example/cb",),
        grant_types=("authorization_code", "refresh_token"),
        scope=("openid", "profile", "offline_access"),
        sector_identifier=f"{name}.example",
        skip_consent=True,
        post_logout_redirect_uris=(f"https://{name}.example/bye",),
        backchannel_logout_uri=address,
        backchannel_logout_session_required=True,
    )


@pytest.fixture(scope="session")
def parties(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parties]:
    """All are registered before the workers are asked for anything: each knows them from the start."""
    folder = tmp_path_factory.mktemp("logout")
    receivers = {name: LogoutReceiver(name) for name in ("portal", "office", "slow")}
    ports = {name: free_port() for name in ("dead", "node")}
    addresses = {name: receiver.uri for name, receiver in receivers.items()}
    addresses |= {name: f"http://127.0.0.1:{port}/backchannel-logout" for name, port in ports.items()}
    for world in make_running(folder, BRIDGE_SERVER__WORKERS="2", BRIDGE_LIFETIMES__UPSTREAM_CHECK="1"):
        for name, address in addresses.items():
            world.register(_client(name, address))
        for receiver in receivers.values():
            receiver.issuer = world.issuer
        yield Parties(world, receivers, ports)
    for receiver in receivers.values():
        receiver.receiver.close()
