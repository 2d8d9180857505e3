"""JSON lines on standard error, each with the id of its request; no token, code or personal datum in any.

What a line may say is decided where it is written: ids, codes and fixed words. `_without_secrets` is the
second line of defence, for a field whose name gives it away.
"""

import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

HIDDEN = (
    "token",
    "code",
    "secret",
    "cookie",
    "authorization",
    "password",
    "key_material",
    "name",
    "email",
    "phone",
    "personal",
    "birthdate",
    "query",
)
ALLOWED = frozenset({"logger_name", "status_code", "error_code", "hostname"})


def configure(level: str = "info") -> None:
    """Set up logging for this process. `level`: debug, info, warning, error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_where_it_broke,
            _without_secrets,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def logger() -> Any:
    """The logger of this process."""
    return structlog.get_logger()


def bind(**facts: str) -> None:
    """Facts for every further line of this request; those of the request before are forgotten."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**facts)


Event = MutableMapping[str, Any]


def _only_where_it_broke(_logger: Any, _method: str, event: Event) -> Event:
    """An exception's place, without its text: that may hold what somebody sent."""
    if event.pop("exc_info", False):
        kind, _, trace = sys.exc_info()
        places = []
        while trace is not None:
            places.append(f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}")
            trace = trace.tb_next
        event["exception"] = kind.__name__ if kind else ""
        event["where"] = places[-12:]
    return event


def _without_secrets(_logger: Any, _method: str, event: Event) -> Event:
    for name in event:
        if name not in ALLOWED and any(word in name.lower() for word in HIDDEN):
            event[name] = "***"
    return event
