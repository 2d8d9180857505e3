"""All use cases of administration, for a command or a page; `wiring.administration` builds them."""

from dataclasses import dataclass

from bridge.manage.clients import ClientAdministration
from bridge.manage.jobs import JobAdministration
from bridge.manage.keys import KeyAdministration
from bridge.ports.basics import Clock


@dataclass(frozen=True, slots=True)
class Administration:
    """The use cases, built with the ports that each needs."""

    clients: ClientAdministration
    keys: KeyAdministration
    jobs: JobAdministration
    clock: Clock
