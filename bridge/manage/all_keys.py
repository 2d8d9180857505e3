"""The use cases of all keys, for `bridge keys`; `wiring.administration` builds them."""

from dataclasses import dataclass

from bridge.manage.hashing_keys import HashingKeyAdministration
from bridge.manage.keys import KeyAdministration
from bridge.manage.master_keys import MasterKeyAdministration
from bridge.ports.basics import Clock


@dataclass(frozen=True, slots=True)
class AllKeys:
    """Each kind of key, as it is administered."""

    master: MasterKeyAdministration
    hashing: HashingKeyAdministration
    signing: KeyAdministration
    clock: Clock
