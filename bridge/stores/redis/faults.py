"""What an error of redis-py's means: why Redis can't be used, or a bug of ours. Decided here alone."""

import re
import socket
import ssl
from collections.abc import Iterator

from redis.exceptions import (
    AuthenticationError,
    ClusterCrossSlotError,
    ConnectionError,
    CrossSlotTransactionError,
    DataError,
    RedisClusterException,
    RedisError,
    ResponseError,
    TimeoutError,
)

from bridge.errors import StoreCause

DRIVER_ERRORS = (RedisError, RedisClusterException, OSError)
# A server that says so, or says nothing, is of no use on its other connections either (DESIGN §6.26).
USELESS: frozenset[StoreCause] = frozenset(
    {"read_only", "starting", "shutting_down", "no_primary", "timeout", "connection_lost", "unreachable"}
)
# By what Redis answers. A script's error quotes that of the command in it, so these are looked for anywhere.
_ANSWERS: tuple[tuple[str, StoreCause], ...] = (
    (r"READONLY|read only replica|instance state changed", "read_only"),
    (r"LOADING|loading the dataset", "starting"),
    (r"shutting down", "shutting_down"),
    (r"MASTERDOWN|CLUSTERDOWN|NOREPLICAS|enough good replicas|[Ll]ink with MASTER", "no_primary"),
    (r"OOM|maxmemory|MISCONF|persist on disk", "full"),
    (r"max number of clients", "too_many_connections"),
    (r"NOAUTH|WRONGPASS|invalid password|without any password|Authentication required", "wrong_password"),
    (r"NOPERM|no permissions|DENIED|protected mode", "not_allowed"),
    (r"\bBUSY\b|busy running a script", "timeout"),
    (r"DB index is out of range", "no_database"),
)
_OURS = (
    r"WRONGTYPE|wrong kind of value|wrong number of arg|syntax error|user_script|not an integer|out of range"
)
_NOT_CONNECTED: tuple[tuple[str, StoreCause], ...] = (
    (r"(?i)not known|no address|name resolution|getaddrinfo", "unknown_host"),
    (r"(?i)certificate|\bssl\b|\btls\b|wrong version number", "tls"),
    (r"(?i)permission denied", "not_allowed"),
    (r"(?i)no master found|master is now a slave", "no_primary"),
    (r"(?i)timed? ?out|timeout", "timeout"),
    (r"(?i)connecting to|refused|no such file|unreachable|no route", "unreachable"),
)


def cause_of(error: BaseException) -> StoreCause | None:
    """Why Redis can't be used; None: we asked what makes no sense, which is a bug of ours."""
    text = str(error)
    if isinstance(error, DataError | ClusterCrossSlotError | CrossSlotTransactionError):
        return None
    if isinstance(error, AuthenticationError):
        return "wrong_password"
    if (found := _found(_ANSWERS, f"{getattr(error, 'status_code', None) or ''} {text}")) is not None:
        return found
    if isinstance(error, ResponseError):
        return None if re.search(_OURS, text) else "refused"
    if isinstance(error, DRIVER_ERRORS):
        return _unconnected(error, text)
    return None


def is_useless(answer: object) -> bool:
    """Whether an answer or an error says that this server serves nobody now."""
    return isinstance(answer, BaseException) and cause_of(answer) in USELESS


def _unconnected(error: BaseException, text: str) -> StoreCause:
    chain = tuple(_chain(error))
    if any(isinstance(link, socket.gaierror) for link in chain):
        return "unknown_host"
    if any(isinstance(link, ssl.SSLError) for link in chain):
        return "tls"
    if any(isinstance(link, TimeoutError | socket.timeout) for link in chain):
        return "timeout"
    if (found := _found(_NOT_CONNECTED, text)) is not None:
        return found
    return "connection_lost" if isinstance(error, ConnectionError | OSError) else "refused"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _found(table: tuple[tuple[str, StoreCause], ...], text: str) -> StoreCause | None:
    return next((cause for pattern, cause in table if re.search(pattern, text)), None)
