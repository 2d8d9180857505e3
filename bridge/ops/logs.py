"""JSON lines on standard error, each with the id of its request; no token, code or personal datum in any.

Whoever writes a line decides what it says: ids, fixed words and error codes. `_without_secrets` is the second
line of defence: it hides fields with a telling name, and texts that look like a credential.
"""

import json
import logging
import os
import re
import select
import sys
import time
from collections.abc import MutableMapping
from functools import lru_cache
from types import TracebackType
from typing import Any, TextIO

import structlog

HIDDEN = (
    "token",
    "code",
    "secret",
    "cookie",
    "authorization",
    "password",
    "private",
    "key_material",
    "name",
    "email",
    "phone",
    "personal",
    "birthdate",
    "query",
    "state",
    "nonce",
    "verifier",
)
ALLOWED = frozenset({"logger_name", "status_code", "error_code", "hostname"})
# A JWT, or the value of a credential in a query or a header, wherever it got into a text.
CREDENTIAL = re.compile(
    r"eyJ[\w-]{10,}+(?:\.[\w-]*){1,4}"
    r"|(?<=Bearer )[\w.~+/=-]+|(?<=Basic )[\w+/=]+"
    r"|(?<=[?&\s](?:code)=)[^&\s\"']+|(?<=(?:token|Token)=)[^&\s\"']+|(?<=secret=)[^&\s\"']+"
)
MAX_TEXT = 4096  # characters: a line has no room for more, and looking for credentials is not free
Event = MutableMapping[str, Any]


def configure(level: str = "info") -> None:
    """Set up logging for this process, also that of libraries. `level`: debug, info, warning, error."""
    lines = Lines(sys.stderr)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            _without_exception_text,
            _without_secrets,
            _ordered,
            lambda _logger, _method, event: _line(event),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: lines,
        cache_logger_on_first_use=True,
    )
    handler = LineHandler(lines)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.captureWarnings(True)


def logger() -> Any:
    """The logger of this process."""
    return structlog.get_logger()


def bind(**facts: str) -> None:
    """Facts for every further line of this request; those of the request before are forgotten."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**facts)


class Lines:
    """Writes each line at once and whole, so that those of several workers never run into one another.

    A pipe takes up to PIPE_BUF bytes in one piece (POSIX `write`): of longer lines the texts are cut.
    In UTF-8, whatever the terminal's own encoding.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        try:
            self._fd: int | None = stream.fileno()
        except (OSError, AttributeError, ValueError):
            self._fd = None  # none of the system's

    def msg(self, text: str) -> None:
        """Write one line."""
        line = text.encode("utf-8", "backslashreplace") + b"\n"
        if self._fd is None:
            self._stream.write(line.decode())
            return
        if len(line) > select.PIPE_BUF:
            line = _shortened(text)
        try:
            os.write(self._fd, line)
        except OSError:
            pass  # nobody reads any more, and a request does not fail for that

    log = debug = info = warning = warn = error = critical = exception = fatal = failure = msg


def _shortened(text: str) -> bytes:
    """A line that fits: its longest texts are cut until it does."""
    event: Event = json.loads(text)
    room = select.PIPE_BUF
    while room:
        line = json.dumps(event, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
        if len(line) <= select.PIPE_BUF:
            return line
        room //= 2
        event = {name: _cut(value, room) for name, value in event.items()}
    return line[: select.PIPE_BUF - 1] + b"\n"


def _cut(value: Any, room: int) -> Any:
    """A text of so many letters at most; lists and the like become texts."""
    if isinstance(value, int | float | bool) or value is None:
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return value if len(text) <= room else text[:room] + "…"


class LineHandler(logging.Handler):
    """What libraries log, by the same way out."""

    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        self._lines.msg(self.format(record))


class JsonLines(logging.Formatter):
    """What libraries log, in the same form."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        event: Event = {
            "time": f"{seconds}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "event": f"library.{record.name}",
            "text": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0] is not None:
            event.update(_place(record.exc_info[0], record.exc_info[2]))
        return _line(_without_secrets(None, "", event))


def _without_exception_text(_logger: Any, _method: str, event: Event) -> Event:
    """Where an exception was raised, in place of its text, which may hold what somebody sent."""
    if event.pop("exc_info", False):
        kind, _, trace = sys.exc_info()
        event.update(_place(kind, trace))
    return event


def _place(kind: type[BaseException] | None, trace: TracebackType | None) -> dict[str, Any]:
    places = []
    while trace is not None:
        places.append(f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}")
        trace = trace.tb_next
    return {"exception": kind.__name__ if kind else "", "where": places[-12:]}


@lru_cache(maxsize=512)
def _is_hidden(name: str) -> bool:
    return name not in ALLOWED and any(word in name.lower() for word in HIDDEN)


def _without_secrets(_logger: Any, _method: str, event: Event) -> Event:
    for name, value in event.items():
        if _is_hidden(name):
            event[name] = "***"
        elif isinstance(value, str):
            event[name] = CREDENTIAL.sub("***", value[:MAX_TEXT])
    return event


def _line(event: Event) -> str:
    """One line of JSON. Its own escapes are for C0 controls alone; ours are for all that is not to be seen.

    That is what a terminal obeys or hides: C1 controls, directions, letters of no width, tags, half letters.
    """
    line = json.dumps(event, ensure_ascii=False, default=str)
    if line.isprintable():
        return line
    return "".join(letter if letter.isprintable() else json.dumps(letter)[1:-1] for letter in line)


def _ordered(_logger: Any, _method: str, event: Event) -> Event:
    """Time, level, event and request first, for the people who read these lines."""
    first = {name: event[name] for name in ("time", "level", "event", "request_id") if name in event}
    first.update((name, value) for name, value in event.items() if name not in first)
    return first
