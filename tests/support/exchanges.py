"""What CamDigiKey gave for auth tokens while a test ran: whether it still holds can be asked there."""

from __future__ import annotations

import pytest

from bridge.domain.connector import UpstreamLogin
from tests.support.world import World


class Exchanges:
    """The logins that a world's connector exchanged, in their order."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.logins: list[UpstreamLogin] = []
        self._connector = world.connector
        self._exchange = world.connector.exchange
        monkeypatch.setattr(self._connector, "exchange", self._noted)

    def _noted(self, auth_token: str) -> UpstreamLogin:
        login = self._exchange(auth_token)
        self.logins.append(login)
        return login

    def alive(self) -> list[bool]:
        """Whether the token of each holds still, by CamDigiKey's own word."""
        return [self._connector.alive(login.token) for login in self.logins]
