"""One wrong request, and the letters that wrong requests are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote_from_bytes, urlencode

NO = None
KHMER = "ចូលប្រើ"
HUGE = "x" * 20_000
QUOTES = "\"'><script>alert(1)</script>"
DOTS = "..;/..;/%2e%2e/"
NUL = "a\0b\r\nSet-Cookie: x=1"
Value = str | bytes | Sequence[str] | None


@dataclass(frozen=True)
class Case:
    """One wrong request. `answer`: page STATUS, back ERROR (to the client), or oauth STATUS ERROR (JSON)."""

    id: str
    answer: str
    changes: Mapping[str, Value] = field(default_factory=dict)
    client: str = "web"
    method: str = "GET"
    path: str = "/authorize"
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None  # instead of the parameters


def encoded(params: Mapping[str, Value]) -> bytes:
    """Parameters as they travel: bytes are percent-encoded as they are."""
    parts: list[str] = []
    for name, value in params.items():
        if value is None:
            continue
        for part in [value] if isinstance(value, str | bytes) else value:
            text = quote_from_bytes(part) if isinstance(part, bytes) else urlencode({"": part})[1:]
            parts.append(f"{name}={text}")
    return "&".join(parts).encode()
