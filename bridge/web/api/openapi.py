"""The API's own description (OpenAPI 3.1), made from the rows."""

import re
from collections.abc import Iterator
from typing import Any

from bridge import __version__
from bridge.domain.admin_scopes import ADMIN_SCOPES
from bridge.web.api.idempotency import KEY
from bridge.web.api.problems import KINDS, PROBLEM_JSON, Slug
from bridge.web.api.rows import OPERATIONS, PARTS, Operation, Query
from bridge.web.api.schemas import PROBLEM, SCHEMAS

PART = re.compile(r"<(\w+)>")
JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
Part = dict[str, Any]


def description(issuer: str, token_url: str) -> Part:
    """The whole document, for the service at this address."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Administration of the CamDigiKey bridge",
            "version": f"v1 ({__version__})",
            "description": "For applications that act for themselves, with a token of client_credentials.",
        },
        "servers": [{"url": issuer}],
        "paths": _paths(),
        "components": {
            "schemas": {**SCHEMAS, "Problem": PROBLEM},
            "securitySchemes": {
                "token": {
                    "type": "oauth2",
                    "flows": {"clientCredentials": {"tokenUrl": token_url, "scopes": dict(ADMIN_SCOPES)}},
                }
            },
        },
    }


def _paths() -> dict[str, Part]:
    found: dict[str, Part] = {}
    for row in OPERATIONS:
        found.setdefault(PART.sub(r"{\1}", row.path), {})[row.method.lower()] = _operation(row)
    return found


def _operation(row: Operation) -> Part:
    found: Part = {
        "operationId": row.id,
        "summary": row.about,
        "parameters": [*_path_parameters(row), *map(_query_parameter, row.query), *_header_parameters(row)],
        "responses": {str(row.status): _success(row)} | _proposed(row) | _failures(row),
        "security": [{"token": [scope]} for scope in row.scopes],  # one of them
    }
    if row.body:
        schema = {"$ref": f"#/components/schemas/{row.body}"}
        types = (MERGE_PATCH, JSON) if row.method == "PATCH" else (JSON,)
        needed = row.body != "SecretWish"  # all of whose members may be left out
        found["requestBody"] = {"required": needed, "content": {name: {"schema": schema} for name in types}}
    return found


def _proposed(row: Operation) -> dict[str, Part]:
    """What is answered where a person has to look at the change first."""
    if not (row.checks or row.conflicts):
        return {}
    content = {JSON: {"schema": {"$ref": "#/components/schemas/Proposed"}}}
    return {"202": {"description": "It is proposed: a person has to approve it.", "content": content}}


def _path_parameters(row: Operation) -> Iterator[Part]:
    for name in PART.findall(row.path):
        schema = {"type": "string", "minLength": 1}
        yield {"name": name, "in": "path", "required": True, "description": PARTS[name], "schema": schema}


def _query_parameter(parameter: Query) -> Part:
    schema: Part = {"type": "string", "minLength": 1, "maxLength": parameter.maximum}
    if parameter.kind == "number":
        schema = {"type": "integer", "minimum": parameter.minimum, "maximum": parameter.maximum}
    elif parameter.choices:
        schema = {"type": "string", "enum": list(parameter.choices)}
    return {"name": parameter.name, "in": "query", "description": parameter.about, "schema": schema}


def _header_parameters(row: Operation) -> Iterator[Part]:
    if row.if_match != "no":
        yield _header("If-Match", "The ETag of what is changed.", required=row.if_match == "required")
    if row.once:
        about = "Chosen by you: the same request with the same key gets the same answer, for a day."
        yield _header("Idempotency-Key", about, pattern=f"^{KEY.pattern}$")
    if row.method == "GET" and row.etag:
        yield _header("If-None-Match", "The ETag that you have: 304 where it is still the one.")


def _header(name: str, about: str, *, required: bool = False, pattern: str = "") -> Part:
    schema = {"type": "string", **({"pattern": pattern} if pattern else {})}
    return {"name": name, "in": "header", "required": required, "description": about, "schema": schema}


def _success(row: Operation) -> Part:
    found: Part = {"description": row.about}
    if row.answer:
        found["content"] = {JSON: {"schema": {"$ref": f"#/components/schemas/{row.answer}"}}}
    elif row.status == 200:
        found["content"] = {JSON: {"schema": {"type": "object"}}}
    if row.etag:
        found["headers"] = {"ETag": {"description": "Its version.", "schema": {"type": "string"}}}
    return found


def _failures(row: Operation) -> dict[str, Part]:
    found: dict[str, Part] = {}
    for slug in refusals(row):
        kind = KINDS[slug]
        known = found.get(str(kind.status))
        text = f"{known['description']} {kind.title}" if known else kind.title
        content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        found[str(kind.status)] = {"description": text, "content": content}
    if row.method == "GET" and row.etag:
        found["304"] = {"description": "It is still what you have."}
    return dict(sorted(found.items()))


def refusals(row: Operation) -> Iterator[Slug]:
    """The kinds of problems that an operation can be answered with."""
    yield from ("unreadable-request", "not-acceptable", "internal", "unavailable")
    if row.action:
        yield from ("unauthenticated", "insufficient-scope", "forbidden", "too-many-requests")
    if PART.search(row.path):
        yield "not-found"
    if any(parameter.name == "cursor" for parameter in row.query):
        yield "invalid-cursor"
    if row.method != "GET":
        yield from ("too-large", "unsupported-media-type", "late-body")
    if row.checks or row.conflicts:
        yield "refused"
    if row.body:
        yield "invalid-fields"
    if row.once:
        yield from ("request-in-flight", "idempotency-key-reused")
    if row.if_match != "no":
        yield "stale"
    if row.if_match == "required":
        yield "version-required"
