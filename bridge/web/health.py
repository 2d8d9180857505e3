"""`/healthz`: the process lives. `/readyz`: it can serve, by SQL, Redis and keys, never by CamDigiKey."""

from flask import jsonify
from werkzeug.wrappers import Response

from bridge.web.use_cases import use_cases


def healthz() -> Response:
    """200 while the process lives, whatever else is down (DESIGN §6.14)."""
    return jsonify(status="ok")


def readyz() -> Response:
    """200, or 503 with the names of the checks that failed, and why."""
    missing = use_cases().readiness.missing()
    response = jsonify(status="unavailable" if missing else "ok", missing=list(missing), why=dict(missing))
    response.status_code = 503 if missing else 200
    return response
