"""The control endpoint: faults, personas and settings while the simulator runs. It answers loopback alone."""

from collections.abc import Callable
from dataclasses import asdict, fields, replace
from functools import wraps
from ipaddress import ip_address
from typing import Any, NoReturn, ParamSpec, TypeVar

from flask import Blueprint, abort, current_app, jsonify, request
from werkzeug.wrappers import Response

from bridge.simulator.faults import KINDS, Fault
from bridge.simulator.fields import EMPTY_FIELDS, TIME_FORMATS, is_address
from bridge.simulator.people import FIELDS
from bridge.simulator.service import Options, Service

P = ParamSpec("P")
R = TypeVar("R")
MAX_FAULTS = 10_000  # of one request
MAX_SECONDS = 600.0  # of a hang
control = Blueprint("control", __name__, url_prefix="/control")


def service() -> Service:
    """The simulator behind this application."""
    found: Service = current_app.extensions["simulator"]
    return found


def local(view: Callable[P, R]) -> Callable[P, R]:
    """Answers this machine alone, and no web page in a browser of it: a page's request has an Origin."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not ip_address(request.remote_addr or "0.0.0.0").is_loopback or "Origin" in request.headers:  # noqa: S104 -- an address that is not loopback
            abort(404)
        return view(*args, **kwargs)

    return guarded


@control.get("/state")
@local
def state() -> Response:
    """How often each operation was called, how many faults wait, and the settings."""
    faults = service().faults
    return jsonify(calls=dict(faults.calls), faults=faults.waiting(), **asdict(service().options))


@control.post("/faults")
@local
def add_fault() -> Response:
    """`{operation, kind, count, code, seconds}`; `*` stands for any operation."""
    given = _given({"operation", "kind", "count", "code", "seconds"})
    operation, kind = given.get("operation", "*"), given.get("kind")
    count, code = given.get("count", 1), given.get("code", 999)
    seconds = given.get("seconds", 3.0)
    operations = ("*", *service().operations, "certificates", "clients")
    if operation not in operations:
        _bad(f"operation is one of {', '.join(operations)}")
    if kind not in KINDS:
        _bad(f"kind is one of {', '.join(KINDS)}")
    if not _is(count, int) or not 1 <= count <= MAX_FAULTS:
        _bad(f"count is a whole number from 1 to {MAX_FAULTS}")
    if not _is(code, int) or code == 0:
        _bad("code is a whole number other than 0")
    if not _is(seconds, int, float) or not 0 <= seconds <= MAX_SECONDS:
        _bad(f"seconds is a number from 0 to {MAX_SECONDS:.0f}")
    service().faults.add(operation, Fault(kind, code, float(seconds)), count)
    return jsonify(ok=True)


@control.delete("/faults")
@local
def clear_faults() -> Response:
    """No faults any more."""
    service().faults.clear()
    return jsonify(ok=True)


@control.post("/personas/<slug>")
@local
def change_persona(slug: str) -> Response:
    """Change fields of a persona: `{"personal_code": "…"}`, `{"user_status": 0}`."""
    given = _given({*FIELDS, "user_status"})
    if service().people.get(slug) is None:
        _bad("no such persona")
    for name, value in given.items():
        if not _is(value, int if name == "user_status" else str):
            _bad(f"{name} is a {'whole number' if name == 'user_status' else 'text'}")
    service().people.change(slug, **given)
    return jsonify(ok=True)


@control.post("/settings")
@local
def change_settings() -> Response:
    """`{auto_approve, success_url, error_url, registered, time_format, empty_fields, …}`; the rest stays."""
    given = _given({field.name for field in fields(Options)} - {"web_url"})
    approver = given.get("auto_approve")
    if approver is not None and (not _is(approver, str) or service().people.get(approver) is None):
        _bad("auto_approve is null or the name of a persona")
    if given.get("time_format", "seconds") not in tuple(TIME_FORMATS):  # a list can't be a key
        _bad(f"time_format is one of {', '.join(TIME_FORMATS)}")
    if given.get("empty_fields", "empty") not in EMPTY_FIELDS:
        _bad(f"empty_fields is one of {', '.join(EMPTY_FIELDS)}")
    for name in ("error_vars", "v2_vars"):
        if not isinstance(given.get(name, True), bool):
            _bad(f"{name} is true or false")
    registered = given.get("registered", [])
    if not isinstance(registered, list) or not all(url and is_address(url) for url in registered):
        _bad("registered is a list of addresses")
    given |= {"registered": tuple(registered)} if "registered" in given else {}
    for name in ("success_url", "error_url"):
        if not is_address(given.get(name, "")):
            _bad(f"{name} is an address, or empty")
    service().options = replace(service().options, **given)
    return jsonify(ok=True)


def _given(known: set[str]) -> dict[str, Any]:
    """The request's object, whose names are all known."""
    found = request.get_json(force=True, silent=True)
    if not isinstance(found, dict):
        _bad("the body has to be a JSON object")
    if unknown := set(found) - known:
        _bad(f"unknown: {', '.join(sorted(unknown))}")
    return found


def _is(value: object, *kinds: type) -> bool:
    """Whether a value is of one of these kinds; true and false are no numbers."""
    return isinstance(value, kinds) and not isinstance(value, bool)


def _bad(why: str) -> NoReturn:
    response = jsonify(error=why)
    response.status_code = 400
    abort(response)
