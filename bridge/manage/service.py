"""What can be seen of the service itself: CamDigiKey's accounts and the settings in force."""

from collections.abc import Sequence

from bridge.domain.service_facts import CamDigiKeyAccount, SettingInForce
from bridge.manage.access import Actor, may
from bridge.ports.facts import ServiceFacts


class ServiceAdministration:
    """Each use case begins with may()."""

    def __init__(self, facts: ServiceFacts) -> None:
        self._facts = facts

    def accounts(self, actor: Actor) -> Sequence[CamDigiKeyAccount]:
        """Our accounts at CamDigiKey, with their certificates, in the order of the settings."""
        may(actor, "see accounts")
        return self._facts.accounts()

    def settings(self, actor: Actor) -> Sequence[SettingInForce]:
        """Every setting with its value and where it comes from; secrets as ***."""
        may(actor, "see settings")
        return self._facts.settings()
