"""Activity as CSV and JSON, with pseudonyms in place of what is the same in another export.

The key of the pseudonyms is drawn for one export and kept nowhere: the same person has one pseudonym within
the export, and nobody can tell from two exports, or from an application's own records, who it was.
"""

import csv
import hashlib
import hmac
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from bridge.domain.activity import ActivityRow

COLUMNS = ("at", "event", "kind", "application", "reason", "operation", "error_code", "sign_in", "person")
PSEUDONYM = 16  # characters
# What a spreadsheet takes for a formula at the beginning of a cell.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def as_json(rows: Sequence[ActivityRow], key: bytes, *, complete: bool) -> str:
    """An object with the rows; `complete`: whether no other rows fitted."""
    return json.dumps(
        {"complete": complete, "rows": [_fields(row, key) for row in rows]}, ensure_ascii=False, indent=1
    )


def as_csv(rows: Sequence[ActivityRow], key: bytes, *, complete: bool) -> str:
    """RFC 4180, with a row of names; the last row says so where not all rows are there."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _harmless(text) for name, text in _fields(row, key).items()})
    if not complete:
        writer.writerow({COLUMNS[0]: "More rows fitted than an export holds: ask for a shorter time."})
    return out.getvalue()


def _fields(row: ActivityRow, key: bytes) -> Mapping[str, str]:
    values = (
        datetime.fromtimestamp(row.at, UTC).isoformat(),
        row.event,
        row.kind,
        row.client_id,
        row.reason,
        row.facts.get("operation", ""),
        row.facts.get("error_code", ""),
        _pseudonym(key, "sign-in", row.login),
        _pseudonym(key, "person", row.facts.get("person", "")),
    )
    return dict(zip(COLUMNS, values, strict=True))


def _pseudonym(key: bytes, what: str, text: str) -> str:
    if not text:
        return ""
    return hmac.digest(key, f"{what}\0{text}".encode(), hashlib.sha256).hex()[:PSEUDONYM]


def _harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an application's id may only be claimed."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text
