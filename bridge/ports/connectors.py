"""Connectors: CamDigiKey, by one or several accounts of ours."""

from collections.abc import Mapping
from typing import Protocol

from bridge.domain.connector import Capabilities, UpstreamLogin
from bridge.domain.ids import ConnectorId
from bridge.domain.subject import UpstreamToken


class Connector(Protocol):
    """CamDigiKey by one account of ours. Every call may raise UpstreamError."""

    @property
    def id(self) -> ConnectorId: ...
    @property
    def capabilities(self) -> Capabilities: ...
    @property
    def login_pages(self) -> tuple[str, ...]:
        """The origins of CamDigiKey's login pages, as sources of a Content-Security-Policy."""

    def start(self, state: str) -> str:
        """Begin a login; the address to send the browser to, exactly as CamDigiKey gave it."""

    def exchange(self, auth_token: str) -> UpstreamLogin:
        """Exchange the auth token of a callback for the person's login; each token works once."""

    def alive(self, token: UpstreamToken) -> bool:
        """Whether the person's token is still valid; False only where CamDigiKey says that it is not."""

    def refresh(self, token: UpstreamToken) -> UpstreamToken:
        """A new token for one that still lives."""

    def logout(self, token: UpstreamToken) -> None:
        """End the person's token."""

    def close(self) -> None:
        """Close the connections."""


Connectors = Mapping[ConnectorId, Connector]  # in the order of the settings: the first is the default
