"""What a way to CamDigiKey can do, and what comes back by it."""

from dataclasses import dataclass

from bridge.domain.ids import ConnectorId
from bridge.domain.subject import Identity, UpstreamToken


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a connector can do. What next_step and the pages decide by it is never asked of its name."""

    carries_state: bool  # the round trip brings our state back: v3 yes, v2 no
    polls: bool = False  # whether the person approved can be asked for, without their browser
    without_browser: bool = False  # a login can begin where there is no browser
    faces: bool = False  # it gives the person's picture


@dataclass(frozen=True, slots=True)
class UpstreamLogin:
    """Who approved at CamDigiKey, with the token that proves it."""

    identity: Identity
    token: UpstreamToken

    @property
    def connector(self) -> ConnectorId:
        """The account it came by."""
        return self.token.connector
