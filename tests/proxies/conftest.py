"""A bridge behind each of the four proxies, and what stands in its place where what it is sent counts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.proxies.behind import Behind, make_behind
from tests.proxies.kinds import KINDS, NAME, Proxy, proxy
from tests.proxies.recorder import Recorded, record
from tests.support.running import environment, launch, ready, simulating
from tests.support.servers import free_port


@pytest.fixture(scope="session", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each of the four proxies."""
    found: str = request.param
    return found


@pytest.fixture(scope="session")
def behind(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    """A `bridge run` behind it; the issuer has a port."""
    yield from make_behind(kind, tmp_path_factory.mktemp(kind))


@pytest.fixture(scope="session")
def bridge_without_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a `bridge run` whose issuer is https and has none."""
    folder, issuer, port = tmp_path_factory.mktemp("without-port"), f"https://{NAME}", free_port()
    with ExitStack() as stack:
        simulator = stack.enter_context(simulating(folder / "simulator", issuer))
        own = {"SERVER__PORT": str(port), "SERVER__TRUSTED_PROXIES": "127.0.0.1/32", "SERVER__WORKERS": "1"}
        environ = environment(
            folder, simulator, f"http://127.0.0.1:{port}", **{f"BRIDGE_{name}": own[name] for name in own}
        )
        process = launch({**environ, "BRIDGE_ISSUER": issuer}, folder / "log")
        stack.callback(process.wait)
        stack.callback(process.kill)
        ready(f"http://127.0.0.1:{port}", process, folder / "log")
        yield port


@pytest.fixture(scope="session")
def without_port(kind: str, bridge_without_port: int) -> Iterator[Proxy]:
    """The proxy as its file has it, name and all, but for the port that it listens at here."""
    with proxy(kind, NAME, bridge_without_port) as running:
        yield running


@pytest.fixture
def recorded(kind: str) -> Iterator[Recorded]:
    """It, before what notes what it is sent."""
    with record(kind) as found:
        yield found
