"""A client's fields as JSON has them, by the rows of domain.client_metadata: their schema, and their reading.

Names are those of RFC 7591. What is fixed may come back as it was given, and with no other value: so what was
read can be changed and sent back as a whole, and nobody sets what is not theirs to set.
"""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any

from bridge.domain.client import Client
from bridge.domain.client_metadata import CLIENT_METADATA, MAX_LIFETIMES, OPTIONAL, as_metadata
from bridge.domain.ids import ClientId
from bridge.domain.metadata_field import MetadataField
from bridge.manage.addresses import MAX_LENGTH
from bridge.manage.client_refusals import EDITABLE, ONCE_SET
from bridge.manage.field_checks import MAX_ENTRIES, MAX_NAME_LENGTH, MAX_TEXT
from bridge.web.api.problems import FieldError, Problem

Schema = dict[str, Any]
LIVE_SECRETS = "live_secrets"  # in place of their hashes, which nobody is shown
MAX_URI = MAX_LENGTH  # letters
MAX_SCOPE = MAX_ENTRIES * 101  # words of 100 letters, with a blank after each
MAX_NUMBER = 2**31 - 1
ENTRY = {"type": "string", "minLength": 1, "maxLength": MAX_URI}
DEFAULTS = {
    part.name: part.default if part.default is not MISSING else {}
    for part in fields(Client)
    if part.default is not MISSING or part.default_factory is not MISSING
}
REQUIRED = ("client_name",)


def schema_of(row: MetadataField) -> Schema:
    """The JSON schema of a field's value, with its sentence."""
    schema = _schema(row)
    if row.name in OPTIONAL:
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    return {**schema, "description": row.help}


def _schema(row: MetadataField) -> Schema:
    match row.kind:
        case "switch":
            return {"type": "boolean"}
        case "seconds":
            return {"type": "integer", "minimum": 0, "maximum": MAX_NUMBER}
        case "choice":
            return {"type": "string", "enum": list(row.choices)}
        case "choices":
            items = {"type": "string", "enum": list(row.choices)}
            return {"type": "array", "items": items, "uniqueItems": True, "maxItems": MAX_ENTRIES}
        case "uris" | "origins":
            return {"type": "array", "items": ENTRY, "uniqueItems": True, "maxItems": MAX_ENTRIES}
        case "words" if row.name == "scope":  # one text, with blanks between (RFC 7591 §2)
            return {"type": "string", "maxLength": MAX_SCOPE}
        case "words":
            return {"type": "array", "items": ENTRY, "uniqueItems": True, "maxItems": MAX_ENTRIES}
        case "lifetimes":
            numbers = {
                name: {"type": "integer", "minimum": 1, "maximum": limit}
                for name, limit in MAX_LIFETIMES.items()
            }
            return {"type": "object", "properties": numbers, "additionalProperties": False}
    longest = {"uri": MAX_URI, "client_name": MAX_NAME_LENGTH, "client_id": 100}
    limit = longest.get(row.name) or longest.get(row.kind) or MAX_TEXT
    return {"type": "string", "minLength": 1, "maxLength": limit}


def read_new(body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a new client, by name. Raises Problem with all that is wrong."""
    found, errors = _read(body, None)
    _raise(errors + _missing(body))
    return {"client_id": ClientId(""), "redirect_uris": (), **found}


def read_whole(body: Mapping[str, Any], before: Client) -> dict[str, Any]:
    """All fields that differ when a client is replaced: those that are left out get their defaults.

    What is set once for all stays as it is. Raises Problem.
    """
    found, errors = _read(body, before)
    _raise(errors + _missing(body))
    left_out = EDITABLE - set(ONCE_SET) - body.keys()
    wanted = {name: DEFAULTS.get(name, ()) for name in sorted(left_out)} | found
    return {name: value for name, value in wanted.items() if value != getattr(before, name)}


def read_changes(body: Mapping[str, Any], before: Client) -> dict[str, Any]:
    """The fields that differ when these are merged into a client (RFC 7396). Raises Problem."""
    found, errors = _read(body, before)
    _raise(errors)
    return {name: value for name, value in found.items() if value != getattr(before, name)}


def _read(body: Mapping[str, Any], before: Client | None) -> tuple[dict[str, Any], list[FieldError]]:
    found: dict[str, Any] = {}
    errors: list[FieldError] = []
    shown = as_metadata(before) if before is not None else {}
    for name, value in body.items():
        row = CLIENT_METADATA.get(name)
        settable = row is not None and (row.name in EDITABLE or (before is None and row.name == "client_id"))
        if name in shown and not settable:
            if not _same(value, shown[name]):
                errors.append(FieldError(_pointer(name), "It can't be set: it may only come back as it is."))
        elif row is None or not settable:
            errors.append(FieldError(_pointer(name), "There is no such field that could be set."))
        elif faults := list(_faults(value, schema_of(row), _pointer(name))):
            errors += faults
        else:
            found[name] = _as_domain(row, value)
    return found, errors


def _missing(body: Mapping[str, Any]) -> list[FieldError]:
    return [FieldError(f"/{name}", "It is needed.") for name in REQUIRED if name not in body]


def _same(value: Any, shown: Any) -> bool:
    """As JSON compares: `true` is not 1."""
    return type(value) is type(shown) and value == shown


def _pointer(name: str) -> str:
    """A JSON pointer (RFC 6901) to a member; a name that nobody knows is not repeated at any length."""
    return "/" + name[:100].replace("~", "~0").replace("/", "~1")


def _as_domain(row: MetadataField, value: Any) -> Any:
    if row.name == "scope":
        return tuple(dict.fromkeys(value.split()))
    return tuple(value) if isinstance(value, list) else value


def _faults(value: Any, schema: Schema, pointer: str) -> Iterator[FieldError]:
    """What does not fit a schema of ours: exactly what the description says is taken, and nothing else."""
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if value is None and "null" in kinds:
        return
    if not _is_a(value, kinds[0]):
        yield FieldError(pointer, f"It has to be of the type {' or '.join(kinds)}.")
    elif "enum" in schema and value not in schema["enum"]:
        yield FieldError(pointer, f"It is one of {', '.join(word for word in schema['enum'] if word)}.")
    elif kinds[0] == "string" and not schema.get("minLength", 0) <= len(value) <= schema.get(
        "maxLength", len(value)
    ):
        yield FieldError(pointer, f"It has {schema.get('minLength', 0)} to {schema['maxLength']} letters.")
    elif kinds[0] == "integer" and not schema["minimum"] <= value <= schema["maximum"]:
        yield FieldError(pointer, f"It is between {schema['minimum']} and {schema['maximum']}.")
    elif kinds[0] == "array":
        yield from _list_faults(value, schema, pointer)
    elif kinds[0] == "object":
        yield from _object_faults(value, schema, pointer)


def _is_a(value: Any, kind: str) -> bool:
    kinds = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}
    return isinstance(value, kinds[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _list_faults(value: list[Any], schema: Schema, pointer: str) -> Iterator[FieldError]:
    if len(value) > schema["maxItems"]:
        yield FieldError(pointer, f"It has at most {schema['maxItems']} entries.")
        return
    for number, entry in enumerate(value):
        yield from _faults(entry, schema["items"], f"{pointer}/{number}")
    if all(isinstance(entry, str) for entry in value) and len(set(value)) < len(value):
        yield FieldError(pointer, "An entry stands in it twice.")


def _object_faults(value: dict[str, Any], schema: Schema, pointer: str) -> Iterator[FieldError]:
    for name, part in value.items():
        known = schema["properties"].get(name)
        if known is None:
            yield FieldError(pointer, f"Its members are {', '.join(schema['properties'])}.")
        else:
            yield from _faults(part, known, f"{pointer}/{name}")


def _raise(errors: list[FieldError]) -> None:
    if errors:
        raise Problem("invalid-fields", errors=errors)
