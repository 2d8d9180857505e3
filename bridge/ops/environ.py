"""A request's head as WSGI has it (PEP 3333), made of Granian's ASGI scope: every byte of a header is kept.

Granian's own WSGI and RSGI take a header with one letter beyond ASCII for absent: a sibling site's cookie
would hide ours. In its ASGI scope headers are bytes.
"""

import io
import sys
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

Scope = Mapping[str, Any]
FAULT = "bridge.body_fault"  # in the environ: the status of a request whose body is not to be had
ROUTE = "bridge.route"  # in the environ: the route's own path, for the access log
WITHOUT_PREFIX = ("CONTENT_TYPE", "CONTENT_LENGTH")
OF_THE_BODY = frozenset({"CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING"})
ALWAYS: dict[str, Any] = {
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "bridge",
    "wsgi.version": (1, 0),
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    "wsgi.input_terminated": True,  # the whole body is there
}


def environ_of(scope: Scope, body: bytes, fault: int) -> "WSGIEnvironment":
    """The environ of a request whose whole body is known, or has this fault."""
    host, port = scope["server"]
    environ = {
        **ALWAYS,
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "RAW_URI": scope["raw_path"].decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": "HTTP/1.0" if scope["http_version"] == "1" else "HTTP/" + scope["http_version"],
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "REMOTE_ADDR": scope["client"][0],
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
    }
    _add_headers(environ, scope["headers"])
    if body:
        environ["CONTENT_LENGTH"] = str(len(body))
    if fault:
        environ[FAULT] = fault
    return environ


def header_lines(scope: Scope, name: bytes) -> list[str]:
    """The values of a header, a line each; `name` in small letters."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def _add_headers(environ: dict[str, Any], headers: Iterable[tuple[bytes, bytes]]) -> None:
    for raw_name, raw_value in headers:
        name = _variable(raw_name)
        if name is None or name in OF_THE_BODY:
            continue
        value = raw_value.decode("latin-1")
        joint = "; " if name == "HTTP_COOKIE" else ","  # RFC 9110 §5.3; RFC 6265 §5.4
        environ[name] = environ[name] + joint + value if name in environ else value


@lru_cache(maxsize=256)
def _variable(name: bytes) -> str | None:
    """The variable of a header; None with an underscore, which would pass for a hyphen (RFC 3875 §4.1.18)."""
    if b"_" in name:
        return None
    variable = name.decode("latin-1").upper().replace("-", "_")
    return variable if variable in WITHOUT_PREFIX else "HTTP_" + variable
