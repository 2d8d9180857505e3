"""Connectors: what a way to CamDigiKey can do (Capabilities), and the login that it returns."""

from dataclasses import dataclass

from bridge.domain.ids import ConnectorId
from bridge.domain.subject import Identity, UpstreamToken


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a connector can do. Rules and pages decide by these flags, never by a connector's name."""

    carries_state: bool  # the callback returns the state that we sent: v3 yes, v2 no
    polls: bool = False  # we can ask whether the person has approved, without their browser
    without_browser: bool = False  # a login can begin without a browser
    faces: bool = False  # it gives the person's picture


@dataclass(frozen=True, slots=True)
class UpstreamLogin:
    """Who approved at CamDigiKey, with the token that proves it."""

    identity: Identity
    token: UpstreamToken

    @property
    def connector(self) -> ConnectorId:
        """The CamDigiKey account that it came by."""
        return self.token.connector
