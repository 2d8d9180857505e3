"""The formats of stored records, apart from the domain's classes: a module for each record.

Owns: the format of every value that Redis, SQL and sealed URLs hold, and reading older versions of it.
Leaves to others: where a record is stored and for how long (`redis`, `sql`), and its sealing (`sealed`).

To change a format: write the new one under the next version number, keep the old reader in READERS, and add a
golden file (see `tests/stores/golden_files.py`). Without the old reader, Sessions and tokens stored before an
upgrade would be lost.
"""

from collections.abc import Sequence
from typing import Any

from bridge.stores.records.access_token import ACCESS_TOKEN
from bridge.stores.records.administrator import ADMINISTRATOR, INVITATION
from bridge.stores.records.authorization_code import AUTHORIZATION_CODE
from bridge.stores.records.client import CLIENT
from bridge.stores.records.client_person import CLIENT_INVITATION, CLIENT_PERSON
from bridge.stores.records.given_answer import GIVEN_ANSWER
from bridge.stores.records.grant import GRANT
from bridge.stores.records.handoff import HANDOFF
from bridge.stores.records.interaction import INTERACTION
from bridge.stores.records.pending_confirmation import PENDING_CONFIRMATION
from bridge.stores.records.proposal import PROPOSAL
from bridge.stores.records.record import Record, RecordUnreadable
from bridge.stores.records.session import SESSION

ALL: Sequence[Record[Any]] = (
    INTERACTION,
    HANDOFF,
    PENDING_CONFIRMATION,
    GIVEN_ANSWER,
    SESSION,
    GRANT,
    AUTHORIZATION_CODE,
    ACCESS_TOKEN,
    CLIENT,
    PROPOSAL,
    CLIENT_PERSON,
    CLIENT_INVITATION,
    ADMINISTRATOR,
    INVITATION,
)

__all__ = [
    "ACCESS_TOKEN",
    "ADMINISTRATOR",
    "ALL",
    "AUTHORIZATION_CODE",
    "CLIENT",
    "CLIENT_INVITATION",
    "CLIENT_PERSON",
    "GIVEN_ANSWER",
    "GRANT",
    "HANDOFF",
    "INTERACTION",
    "INVITATION",
    "PENDING_CONFIRMATION",
    "PROPOSAL",
    "SESSION",
    "Record",
    "RecordUnreadable",
]
