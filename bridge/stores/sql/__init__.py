"""SQL, on SQLite and PostgreSQL: what must not be lost, or not be accepted twice.

Clients and signing keys are answered from memory, with a version check every few seconds (`watched`).
Secrets, private keys and Grants are stored sealed. The tables are in `tables`, the migrations in
`migrations/`. No connection is held while another one is asked for, or anything else is called.
"""

from bridge.stores.sql.activity import SqlActivity
from bridge.stores.sql.admin_audit import SqlAdminAudit, chain_with
from bridge.stores.sql.administrators import SqlAdministrators
from bridge.stores.sql.alerts import SqlAlertStates
from bridge.stores.sql.approvals import SqlApprovals
from bridge.stores.sql.audit import SqlAuditLog
from bridge.stores.sql.client_people import SqlClientPeople
from bridge.stores.sql.clients import SqlClients
from bridge.stores.sql.clock import SharedClock, database_time
from bridge.stores.sql.consents import SqlConsents
from bridge.stores.sql.console_sessions import SqlConsoleSessions
from bridge.stores.sql.deleted_clients import SqlDeletedClients
from bridge.stores.sql.engine import connect, health_check
from bridge.stores.sql.grants import SqlGrants
from bridge.stores.sql.idempotency import SqlIdempotency
from bridge.stores.sql.instances import SqlInstances
from bridge.stores.sql.job_log import SqlJobLog
from bridge.stores.sql.logos import SqlLogos
from bridge.stores.sql.master_keys import SqlMasterKeys
from bridge.stores.sql.outbox import SqlOutbox
from bridge.stores.sql.person_looks import SqlPersonLooks
from bridge.stores.sql.purge import purge
from bridge.stores.sql.refresh_tokens import SqlRefreshTokens
from bridge.stores.sql.resealing import SqlResealing
from bridge.stores.sql.secrets import SqlSecrets
from bridge.stores.sql.signing_keys import SqlSigningKeys
from bridge.stores.sql.spent_tokens import SqlSpentTokens

__all__ = [
    "SharedClock",
    "SqlActivity",
    "SqlAdminAudit",
    "SqlAdministrators",
    "SqlAlertStates",
    "SqlApprovals",
    "SqlAuditLog",
    "SqlClientPeople",
    "SqlClients",
    "SqlConsents",
    "SqlConsoleSessions",
    "SqlDeletedClients",
    "SqlGrants",
    "SqlIdempotency",
    "SqlInstances",
    "SqlJobLog",
    "SqlLogos",
    "SqlMasterKeys",
    "SqlOutbox",
    "SqlPersonLooks",
    "SqlRefreshTokens",
    "SqlResealing",
    "SqlSecrets",
    "SqlSigningKeys",
    "SqlSpentTokens",
    "chain_with",
    "connect",
    "database_time",
    "health_check",
    "purge",
]
