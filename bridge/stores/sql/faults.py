"""What an error of SQL's means: why it can't be used, or that the fault is ours. Decided here alone."""

import re
import sqlite3
from collections.abc import Mapping

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bridge.errors import StoreCause, StoreUnavailable

# A server that says so serves nobody on its other connections either (DESIGN §6.26).
USELESS: frozenset[StoreCause] = frozenset(
    {"read_only", "starting", "shutting_down", "connection_lost", "not_a_database"}
)
# PostgreSQL, appendix A; the class, its first two characters, where the state itself is not here.
_STATES: Mapping[str, StoreCause] = {
    "08": "connection_lost",
    "25": "connection_lost",  # in another's transaction, or in one that failed: a pooler's doing
    "25006": "read_only",
    "25P03": "connection_lost",
    "25P04": "timeout",
    "26000": "connection_lost",  # a pooler gave us another server's connection
    "28": "wrong_password",
    "3D000": "no_database",
    "3F000": "no_tables",
    "40": "collided",
    "42501": "not_allowed",
    "42703": "no_tables",  # a column of another release
    "42P01": "no_tables",
    "42P05": "connection_lost",  # as 26000
    "42P07": "no_tables",  # a migration meets tables that it did not make
    "53": "full",
    "53300": "too_many_connections",
    "55": "refused",
    "55P03": "timeout",
    "57": "shutting_down",
    "57014": "timeout",
    "57P03": "starting",
    "57P04": "no_database",
    "57P05": "connection_lost",
    "58": "refused",
    "F0": "refused",
    "XX": "refused",
}
# While there is no connection yet libpq gives no state, and a pooler always the same one: only its words.
_WORDS: tuple[tuple[str, StoreCause], ...] = (
    (r"starting up|not yet accepting|recovery mode", "starting"),
    (r"shutting down|shut down|shutdown", "shutting_down"),
    (r"too many (clients|connections)|no more connections|connection slots", "too_many_connections"),
    (r"database \S+ does not exist|no such database", "no_database"),
    (
        r"authentication failed|no password|auth failed|SASL|pg_hba|role \S+ does not|no such user",
        "wrong_password",
    ),
    (r"translate host|name or service|name resolution|not known|failed to resolve", "unknown_host"),
    (r"certificate|SSL|TLS", "tls"),
    (r"timed? ?out|timeout|in time", "timeout"),
    (r"refused|no such file|unreachable|no route|cannot connect|server login", "unreachable"),
    (r"read-only", "read_only"),
    (r"permission denied", "not_allowed"),
)
_SQLITE: Mapping[str, StoreCause] = {  # result codes, without what an extended one adds
    "SQLITE_BUSY": "timeout",
    "SQLITE_LOCKED": "timeout",
    "SQLITE_READONLY": "read_only",
    "SQLITE_FULL": "full",
    "SQLITE_IOERR": "connection_lost",
    "SQLITE_NOMEM": "full",
    "SQLITE_CANTOPEN": "unreachable",
    "SQLITE_PERM": "not_allowed",
    "SQLITE_AUTH": "not_allowed",
    "SQLITE_NOTADB": "not_a_database",
    "SQLITE_CORRUPT": "not_a_database",
    "SQLITE_SCHEMA": "collided",
    "SQLITE_PROTOCOL": "timeout",  # its lock could not be had: others came in between, again and again
    "SQLITE_INTERRUPT": "timeout",
}


def cause_of(error: BaseException) -> StoreCause | None:
    """Why SQL can't be used; None: we asked what makes no sense, which is a bug of ours."""
    if isinstance(error, PoolTimeout):
        return "timeout"
    if isinstance(error, InvalidRequestError):  # SQLAlchemy's, where a server closes each new connection
        return "connection_lost" if "connection is closed" in str(error) else None
    original = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(original, sqlite3.Error):
        return _of_sqlite(original)
    state = getattr(original, "sqlstate", None)
    if state is None or state.startswith("08"):
        return _of_words(original, state)
    if state == "0A000" and "cached plan" in str(original):  # a table was changed under what is prepared
        return "connection_lost"
    return _STATES.get(state) or _STATES.get(state[:2])


def failure(error: BaseException, url: URL) -> StoreUnavailable | None:
    """What to raise for an error of the driver's or SQLAlchemy's; None: itself, it is a bug of ours."""
    cause = cause_of(error)
    if cause is None:
        return None
    statement = getattr(error, "statement", None) or ""
    return StoreUnavailable("SQL", cause, server=place(url), operation=_operation(statement))


def place(url: URL) -> str:
    """Where the database is, without user and password."""
    if url.get_backend_name() == "sqlite":
        return url.database or "memory"
    host = url.host or url.query.get("host") or "localhost"
    name = f"/{url.database}" if url.database else ""
    return f"{host if isinstance(host, str) else ','.join(host)}:{url.port or 5432}{name}"


def _of_sqlite(error: sqlite3.Error) -> StoreCause | None:
    code = getattr(error, "sqlite_errorname", "")
    result = "_".join(code.split("_")[:2])
    if result == "SQLITE_ERROR" and re.search(r"no such (table|column)|already exists", str(error)):
        return "no_tables"
    return _SQLITE.get(result)


def _of_words(error: BaseException | None, state: str | None) -> StoreCause | None:
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if state is None and not kinds & {"OperationalError", "InterfaceError"}:
        return None
    found = (cause for words, cause in _WORDS if re.search(words, str(error), re.IGNORECASE))
    return next(found, "connection_lost")


def _operation(statement: str) -> str:
    """A statement's verb and table: no value."""
    verb = re.match(r"[A-Z]+", statement)
    if verb is None:
        return "connect"
    table = re.search(r"\b(?:FROM|INTO|UPDATE)\s+([a-z_]+)", statement)
    return f"{verb[0]} {table[1]}" if table else verb[0]
