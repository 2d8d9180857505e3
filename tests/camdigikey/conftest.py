"""A simulator over mutual TLS, and a partner that knows it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from bridge.camdigikey import CamDigiKey, Partner, Timeouts
from bridge.simulator import Simulator, serve

SUCCESS, OWN = "https://portal.example.gov.kh/registered", "https://portal.example.gov.kh/own"
PATIENT = Timeouts(20, 20)


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    folder = tmp_path_factory.mktemp("simulator")
    running = serve(folder, ("127.0.0.1", 0), ("127.0.0.1", 0), success_url=SUCCESS, registered=(OWN,))
    yield running
    running.stop()


@pytest.fixture(params=["v3", "v2"])
def version(request: pytest.FixtureRequest) -> str:
    """Both versions of the protocol, where a test does not say which."""
    return str(request.param)


@pytest.fixture
def camdigikey(simulator: Simulator, version: str) -> Iterator[CamDigiKey]:
    with CamDigiKey(Partner.from_file(simulator.partner_file, version=version), timeouts=PATIENT) as client:
        yield client
    simulator.service.faults.clear()


def approved(simulator: Simulator, login_token: str, persona: str = "sophea") -> tuple[str, dict[str, str]]:
    """Where an approval leads: the address before its `?`, and the parameters."""
    login = simulator.service.login(login_token)
    assert login is not None
    found = urlsplit(simulator.service.approve(login, persona))
    return f"{found.scheme}://{found.netloc}{found.path}", {k: v[0] for k, v in parse_qs(found.query).items()}
