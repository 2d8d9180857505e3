"""The service by the API: who administers, its keys, its jobs, what was done, and the API's description."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from bridge.domain.admin_audit import AuditRow
from bridge.domain.encoding import digest
from bridge.manage import AuditFilter, JobState
from bridge.oidc.answer import to_json
from bridge.oidc.endpoints import url_of
from bridge.products import PRODUCTS
from bridge.web.api.call import Call, Reply
from bridge.web.api.cursors import open_cursor, seal_cursor
from bridge.web.api.openapi import description
from bridge.web.api.rows import PAGE
from bridge.web.use_cases import use_cases


def describe(call: Call) -> Reply:
    """The description of this API."""
    return Reply(*_description(use_cases().policy.issuer))


def list_products(call: Call) -> Reply:
    """Products that have a configuration."""
    items = [{"id": row.id, "name": {"km": row.name.km, "en": row.name.en}} for row in PRODUCTS.values()]
    return Reply({"items": items})


def list_administrators(call: Call) -> Reply:
    """Who administers: ids and roles, and no names."""
    found = use_cases().administration.administrators.all(call.actor)
    names = ("id", "role", "state", "created_at", "last_sign_in_at")
    items = [{name: getattr(row, name) for name in names} | {"clients": list(row.clients)} for row in found]
    return Reply({"items": items})


def list_keys(call: Call) -> Reply:
    """Signing keys: what is public of them."""
    names = ("kid", "alg", "created_at", "retired_at")
    keys = use_cases().administration.keys.all(call.actor)
    return Reply({"items": [{name: getattr(key, name) for name in names} for key in keys]})


def list_jobs(call: Call) -> Reply:
    """Work in the background, and how many messages wait."""
    jobs = use_cases().administration.jobs
    states, messages = jobs.all(call.actor), jobs.messages(call.actor)
    return Reply({"items": [_job(state) for state in states], "messages": dict(messages)})


def list_audit(call: Call) -> Reply:
    """A page of what administrators did."""
    query = call.query
    wanted = AuditFilter(
        int(query.get("since", 0)),
        *(str(query.get(name, "")) for name in ("actor", "event", "subject")),
    )
    limit, sealer = int(query.get("limit", PAGE)), use_cases().sealer
    about = (call.row.id, call.actor.id, str(wanted.since), wanted.actor, wanted.event, wanted.subject)
    before = None
    if "cursor" in query:
        before = int(open_cursor(sealer, about, str(query["cursor"]))[0])
    rows = use_cases().administration.audit.page(call.actor, wanted, limit=limit + 1, before=before)
    shown, cursor = rows[:limit], None
    if len(rows) > limit:
        cursor = seal_cursor(sealer, about, (str(shown[-1].sequence),))
    return Reply({"items": [_row(row) for row in shown], "next_cursor": cursor})


@cache
def _description(issuer: str) -> tuple[Mapping[str, Any], str]:
    """It and its version: anybody may ask for it, so it is made once."""
    document = description(issuer, url_of("token", issuer))
    return document, digest(to_json(document).decode())[:32]


def _job(state: JobState) -> dict[str, Any]:
    names = ("at", "milliseconds", "result", "failed")
    last = None if state.last is None else {name: getattr(state.last, name) for name in names}
    return {"name": state.name, "every": state.every, "last": last}


def _row(row: AuditRow) -> dict[str, Any]:
    entry = row.entry
    names = ("at", "actor", "event", "subject")
    return {
        "sequence": row.sequence,
        **{name: getattr(entry, name) for name in names},
        "facts": dict(entry.facts),
    }
