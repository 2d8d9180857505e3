"""The audit trail."""

import json

from sqlalchemy import Engine, insert

from bridge.stores.sql.engine import writing
from bridge.stores.sql.tables import audit


class SqlAuditLog:
    """ports.AuditLog."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(self, event: str, now: int, **facts: str) -> None:
        """Keep one event; `facts` are ids and codes."""
        row = insert(audit).values(at=now, event=event, facts=json.dumps(facts, sort_keys=True))
        writing(self._engine, lambda connection: connection.execute(row).close())
