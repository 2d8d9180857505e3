"""What the service can tell of itself to administrators."""

from collections.abc import Sequence
from typing import Protocol

from bridge.domain.service_facts import CamDigiKeyAccount, SettingInForce


class ServiceFacts(Protocol):
    """The service's CamDigiKey accounts and settings."""

    def accounts(self) -> Sequence[CamDigiKeyAccount]:
        """All accounts, read from their files anew; nobody is asked over the network."""

    def settings(self) -> Sequence[SettingInForce]:
        """Every setting that this process was started with."""
