"""The schemas of the API's bodies and answers (JSON Schema 2020-12), by name; a client's from its fields."""

from typing import Any, get_args

from bridge.domain.administrator import ROLES, STATES
from bridge.domain.client import SIGNING_ALGS
from bridge.domain.client_metadata import CLIENT_METADATA
from bridge.domain.events import CHAINED_EVENTS
from bridge.domain.metadata_field import MetadataField
from bridge.domain.outbox import OutboxState
from bridge.manage.client_refusals import EDITABLE
from bridge.web.api.fields import LIVE_SECRETS, REQUIRED, schema_of
from bridge.web.api.rows import Schema

JsonSchema = dict[str, Any]
TEXT: JsonSchema = {"type": "string"}
NUMBER: JsonSchema = {"type": "integer"}
INSTANT: JsonSchema = {"type": "integer", "description": "In seconds since 1970."}
LABEL: JsonSchema = {
    "type": "object",
    "properties": {"km": TEXT, "en": TEXT},
    "required": ["km", "en"],
    "description": "A text for people, in both languages.",
}


def _object(*optional: str, **properties: JsonSchema) -> JsonSchema:
    """An object of these members alone; all are there, but for those named first."""
    required = [name for name in properties if name not in optional]
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        **({"required": required} if required else {}),
    }


def _or_none(schema: JsonSchema) -> JsonSchema:
    return {**schema, "type": [schema["type"], "null"]}


def _list(entry: JsonSchema) -> JsonSchema:
    return {"type": "array", "items": entry}


def _page(entry: JsonSchema) -> JsonSchema:
    cursor = {"type": ["string", "null"], "description": "Where the list goes on; null: it ends here."}
    return _object(items=_list(entry), next_cursor=cursor)


def _of(name: Schema) -> JsonSchema:
    return {"$ref": f"#/components/schemas/{name}"}


def _shown() -> dict[str, JsonSchema]:
    """All fields as they are read, those that can't be set marked as such."""
    rows = [row for row in CLIENT_METADATA.values() if row.kind != "secrets"]
    secrets = {"type": "integer", "readOnly": True, "description": "How many secrets work now."}
    return {row.name: _marked(row) for row in rows} | {LIVE_SECRETS: secrets}


def _marked(row: MetadataField) -> JsonSchema:
    return schema_of(row) | ({} if row.name in EDITABLE else {"readOnly": True})


def _settable() -> dict[str, JsonSchema]:
    return {name: schema_of(CLIENT_METADATA[name]) for name in CLIENT_METADATA if name in EDITABLE}


def _new() -> JsonSchema:
    fields = _settable() | {"client_id": schema_of(CLIENT_METADATA["client_id"])}
    return {
        "type": "object",
        "properties": fields,
        "additionalProperties": False,
        "required": list(REQUIRED),
    }


def _replaced() -> JsonSchema:
    """What was read may be sent back as a whole."""
    return {
        "type": "object",
        "properties": _shown(),
        "additionalProperties": False,
        "required": list(REQUIRED),
    }


SECRET: JsonSchema = {
    "type": "string",
    "description": "Shown this once; an answer that is given again for an Idempotency-Key is without it.",
}
SECRET_ID = {"type": "string", "description": "What the secret is called."}

SCHEMAS: dict[Schema, JsonSchema] = {
    "Client": _object(**_shown()),
    "ClientList": _page(_of("Client")),
    "RegisteredClient": _object("client_secret", **_shown(), client_secret=SECRET),
    "NewClient": _new(),
    "WholeClient": _replaced(),
    "ClientChanges": {"type": "object", "properties": _shown(), "additionalProperties": False},
    "Proposed": _object("client_secret", detail=TEXT, proposals=_list(TEXT), client_secret=SECRET),
    "SecretWish": _object("at_once", at_once={"type": "boolean", "description": "End the one before now."}),
    "NewSecret": _object("client_secret", client_id=TEXT, secret_id=SECRET_ID, client_secret=SECRET),
    "SecretList": _object(items=_list(_object(secret_id=SECRET_ID))),
    "SnippetList": _object(
        items=_list(
            _object(
                title=LABEL,
                text=TEXT,
                where=LABEL,
                goes_to=TEXT,
                before=_list(LABEL),
                after=_list(LABEL),
            )
        )
    ),
    "ProductList": _object(items=_list(_object(id=TEXT, name=LABEL))),
    "AdministratorList": _object(
        items=_list(
            _object(
                id=TEXT,
                role={"type": "string", "enum": list(ROLES)},
                state={"type": "string", "enum": list(STATES)},
                created_at=INSTANT,
                last_sign_in_at=_or_none(INSTANT),
                clients=_list(TEXT),
            )
        )
    ),
    "KeyList": _object(
        items=_list(
            _object(
                kid=TEXT,
                alg={"type": "string", "enum": list(SIGNING_ALGS)},
                created_at=INSTANT,
                retired_at=_or_none(INSTANT),
            )
        )
    ),
    "JobList": _object(
        items=_list(
            _object(
                name=TEXT,
                every={"type": "number", "description": "Seconds between two runs."},
                last={
                    "anyOf": [
                        _object(
                            at=INSTANT,
                            milliseconds=NUMBER,
                            result=TEXT,
                            failed={"type": "boolean"},
                        ),
                        {"type": "null"},
                    ],
                    "description": "The last run that did something or failed.",
                },
            )
        ),
        messages={
            "type": "object",
            "properties": {state: NUMBER for state in get_args(OutboxState)},
            "additionalProperties": False,
            "description": "How many messages to applications are in each state.",
        },
    ),
    "AuditList": _page(
        _object(
            sequence=NUMBER,
            at=INSTANT,
            actor=TEXT,
            event={"type": "string", "enum": list(CHAINED_EVENTS)},
            subject=TEXT,
            facts={"type": "object", "additionalProperties": TEXT},
        )
    ),
}
PROBLEM: JsonSchema = {
    **_object(
        "detail",
        "errors",
        type=TEXT,
        title=TEXT,
        status=NUMBER,
        detail=TEXT,
        errors=_list(_object(pointer=TEXT, detail=TEXT)),
    ),
    "description": "An error (RFC 9457).",
}
