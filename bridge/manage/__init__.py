"""Administration: a class for each thing that is administered, each method of which begins with may().

Owns: registering applications and the checks that explain (`clients`, `client_checks`, `field_checks`,
`addresses`), their secrets, restoring what was deleted (`deleted_clients`), signing keys (`keys`), master
keys (`master_keys`), keys of hashes (`hashing_keys`), a look at background jobs (`jobs`) and at what
administrators did (`audit`), and people, found by the sub of one application (`people`). Every change hands
its store an entry for the trail of administration, with ids alone, and both are written or neither. What each
field of a client means stands in domain/client_metadata.
Leaves to others: how a command or a page asks, and where it is kept.
"""

from bridge.manage.access import OPERATOR, Actor, Forbidden, Refused
from bridge.manage.administration import Administration
from bridge.manage.all_keys import AllKeys
from bridge.manage.audit import AuditAdministration, AuditFilter
from bridge.manage.client_checks import ClientFaults
from bridge.manage.clients import ClientAdministration, Registered
from bridge.manage.deleted_clients import DeletedClientAdministration
from bridge.manage.hashing_keys import HashingKeyAdministration, HashingKeyState
from bridge.manage.jobs import JobAdministration, JobState
from bridge.manage.keys import KeyAdministration
from bridge.manage.master_keys import MasterKeyAdministration, MasterKeyState

__all__ = [
    "OPERATOR",
    "Actor",
    "Administration",
    "AllKeys",
    "AuditAdministration",
    "AuditFilter",
    "ClientAdministration",
    "ClientFaults",
    "DeletedClientAdministration",
    "Forbidden",
    "HashingKeyAdministration",
    "HashingKeyState",
    "JobAdministration",
    "JobState",
    "KeyAdministration",
    "MasterKeyAdministration",
    "MasterKeyState",
    "Refused",
    "Registered",
]
