"""SQL: what must not be lost or come back, on SQLite and PostgreSQL.

Clients and signing keys are answered from memory with a version check every few seconds (`watched`); secrets,
private keys and the Grants of refresh tokens rest sealed. The tables stand in `tables`, how they came to be
in `migrations/`. No connection is held while another one is asked for, nor over a call to anything else.
"""

from bridge.stores.sql.clients import SqlClients
from bridge.stores.sql.engine import check, connect
from bridge.stores.sql.job_log import SqlJobLog
from bridge.stores.sql.outbox import SqlOutbox
from bridge.stores.sql.purge import purge
from bridge.stores.sql.records import SqlAuditLog, SqlConsents, SqlSpentTokens
from bridge.stores.sql.refresh_tokens import SqlRefreshTokens
from bridge.stores.sql.signing_keys import SqlSecrets, SqlSigningKeys

__all__ = [
    "SqlAuditLog",
    "SqlClients",
    "SqlConsents",
    "SqlJobLog",
    "SqlOutbox",
    "SqlRefreshTokens",
    "SqlSecrets",
    "SqlSigningKeys",
    "SqlSpentTokens",
    "check",
    "connect",
    "purge",
]
