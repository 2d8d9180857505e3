"""The ways to CamDigiKey."""

from collections.abc import Mapping
from typing import Protocol

from bridge.domain.connector import Capabilities, UpstreamLogin
from bridge.domain.ids import ConnectorId
from bridge.domain.subject import UpstreamToken


class Connector(Protocol):
    """The way to CamDigiKey by one account of ours."""

    @property
    def id(self) -> ConnectorId: ...
    @property
    def capabilities(self) -> Capabilities: ...
    @property
    def login_pages(self) -> tuple[str, ...]:
        """Where the login pages are, as sources of a Content-Security-Policy."""

    def start(self, state: str) -> str:
        """Begin a login; returns the address to send the browser to, exactly as given."""

    def exchange(self, auth_token: str) -> UpstreamLogin:
        """Exchange the auth token of a callback, once, and ask who it is."""

    def alive(self, token: UpstreamToken) -> bool:
        """Whether the person's token still holds: False only when CamDigiKey definitely says so."""

    def refresh(self, token: UpstreamToken) -> UpstreamToken:
        """A new token for one that still lives."""

    def logout(self, token: UpstreamToken) -> None:
        """End the person's token."""

    def close(self) -> None:
        """Give the connections back."""


Connectors = Mapping[ConnectorId, Connector]  # in the order of the settings: the first is the default
