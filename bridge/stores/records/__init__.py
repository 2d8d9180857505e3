"""What rests, apart from the domain's classes: a module a record, a reader a version.

Owns: the form of every value that Redis, SQL and sealed URLs hold, and how older forms are read.
Leaves to others: where a record is kept and for how long (`redis`, `sql`), and its sealing (`sealed`).

To change a form: write the new one under the next version, keep the old reader in READERS, and add a golden
file (see `tests/stores/golden_files.py`); a reader that has gone would end what people hold.
"""

from collections.abc import Sequence
from typing import Any

from bridge.stores.records.access_token import ACCESS_TOKEN
from bridge.stores.records.authorization_code import AUTHORIZATION_CODE
from bridge.stores.records.client import CLIENT
from bridge.stores.records.grant import GRANT
from bridge.stores.records.handoff import HANDOFF
from bridge.stores.records.interaction import INTERACTION
from bridge.stores.records.pending_confirmation import PENDING_CONFIRMATION
from bridge.stores.records.record import Record, RecordUnreadable
from bridge.stores.records.session import SESSION

ALL: Sequence[Record[Any]] = (
    INTERACTION,
    HANDOFF,
    PENDING_CONFIRMATION,
    SESSION,
    GRANT,
    AUTHORIZATION_CODE,
    ACCESS_TOKEN,
    CLIENT,
)

__all__ = [
    "ACCESS_TOKEN",
    "ALL",
    "AUTHORIZATION_CODE",
    "CLIENT",
    "GRANT",
    "HANDOFF",
    "INTERACTION",
    "PENDING_CONFIRMATION",
    "SESSION",
    "Record",
    "RecordUnreadable",
]
