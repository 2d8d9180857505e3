"""Requests of applications and our JSON answers to them, as plain values without a web framework."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl

from bridge.oidc.errors import OAuthError, invalid_request

FORM = "application/x-www-form-urlencoded"
MAX_PARAMETERS = 100
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}  # RFC 6749 §5.1
Form = Mapping[str, str]


class Headers(Protocol):
    """Header fields by name, in any case."""

    def get(self, key: str, /) -> str | None: ...


@dataclass(frozen=True, slots=True)
class ClientRequest:
    """A request of an application.

    It has no query: credentials in a query are not accepted (RFC 6749 §2.3.1).

    `url` is made from the issuer and the endpoint's path; a proxy may have changed the one that was sent.
    """

    method: str
    url: str
    headers: Headers
    content_type: str = ""  # without parameters
    body: bytes = field(default=b"", repr=False)
    client_certificate: bytes | None = field(default=None, repr=False)  # DER, by TLS (RFC 8705)


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body; `client_id`: the client it is about, where that is known (for CORS)."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    client_id: str | None = None


def json_answer(content: Mapping[str, Any] | bytes, client_id: str | None = None) -> Answer:
    """A 200 answer in JSON that must not be cached; `content`: values, or JSON already."""
    body = content if isinstance(content, bytes) else to_json(content)
    return Answer(200, {"Content-Type": "application/json", **NO_STORE}, body, client_id)


def error_answer(error: OAuthError) -> Answer:
    """An error as JSON that must not be cached (RFC 6749 §5.2)."""
    facts = {"error": error.error, "error_description": error.description}
    body = to_json({name: value for name, value in facts.items() if value})
    headers = {"Content-Type": "application/json", **NO_STORE, **error.headers}
    return Answer(error.status, headers, body, error.client_id)


def to_json(content: Mapping[str, Any]) -> bytes:
    """Compact JSON in UTF-8."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def read_form(request: ClientRequest) -> dict[str, str]:
    """The parameters of a form's body; those without a value count as left out (RFC 6749 §3.2).

    Raises OAuthError (invalid_request) where the body is not a form, or a parameter came twice.
    """
    if request.content_type.lower() != FORM:
        raise invalid_request("The body has to be a form (x-www-form-urlencoded).")
    try:
        text = request.body.decode("utf-8")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS)
    except ValueError:  # UnicodeDecodeError is one
        raise invalid_request("The body is not a form in UTF-8.") from None
    found = dict(pairs)
    if len(found) < len(pairs):
        raise invalid_request("A parameter came more than once.")
    return {name: value for name, value in found.items() if value}
