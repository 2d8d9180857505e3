"""Many applications and events at once, made by the database itself: for tests and the bench."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, text

from bridge.domain.activity import HOUR
from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from bridge.stores.sql.client_rows import row_of

NOW = 1_790_000_000  # of the newest event
SERIES = {
    "postgresql": "SELECT n FROM generate_series(1, :many) AS series(n)",
    "sqlite": "WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < :many)"
    " SELECT n FROM series",
}
# One sign-in in ten fails, one request in ten is refused; a sign-in of three rows has one reference each.
EVENTS = """
INSERT INTO audit (at, event, kind, client_id, reason, request_id, login, grant_id, facts)
SELECT :now - (:many - n) * 6,
  CASE n % 10 WHEN 0 THEN 'handoff.failed' WHEN 1 THEN 'page.refused' WHEN 2 THEN 'tokens.issued'
    WHEN 3 THEN 'grant.opened' ELSE 'session.opened' END,
  CASE n % 10 WHEN 0 THEN 'failure' WHEN 1 THEN 'rejection' WHEN 2 THEN 'token'
    WHEN 3 THEN 'login' ELSE 'session' END,
  'id-' || (n % :clients),
  CASE n % 10 WHEN 0 THEN 'reason-' || (n % 400) WHEN 1 THEN 'bad_redirect_uri' END,
  'request-' || n, 'login-' || (n / 3), 'grant-' || (n / 3), '{"sent":"https://app.example/other"}'
FROM (SERIES) AS numbers
"""
CLIENTS = """
INSERT INTO clients (client_id, client_name, name_key, enabled, application_type, client_id_issued_at, data,
  version, changed_at)
SELECT 'id-' || n, 'Name ' || n, 'name ' || n, :enabled, 'web', 0, replace(:data, 'id-example', 'id-' || n),
  1, 0
FROM (SERIES) AS numbers
"""
HOURS = """
INSERT INTO activity_hours (hour, kind, reason, number, milliseconds, slowest)
SELECT :hour - n * 3600, 'login', '', 100, 0, 0 FROM (SERIES) AS numbers
"""
USES = "INSERT INTO client_uses (client_id, used_at) SELECT 'id-' || n, :now - n FROM (SERIES) AS numbers"


def fill(engine: Engine, *, clients: int, events: int) -> None:
    """That many of each, with what the planner knows of them."""
    example = row_of(Client(ClientId("id-example"), "Name", ("https://app.example/cb",)), 1)
    with engine.begin() as connection:
        _run(connection, CLIENTS, many=clients, enabled=True, data=example["data"])
        _run(connection, EVENTS, many=events, clients=clients, now=NOW)
        _run(connection, HOURS, many=24 * 90, hour=NOW - NOW % HOUR)
        _run(connection, USES, many=clients, now=NOW)
    with engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")


def _run(connection: Connection, statement: str, **values: object) -> None:
    series = SERIES[connection.dialect.name]
    connection.execute(text(statement.replace("SERIES", series)), values)
