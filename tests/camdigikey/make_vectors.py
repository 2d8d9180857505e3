"""Writes tests/vectors-seen-later.json: `python -m tests.camdigikey.make_vectors`.

It wraps by `fakes`, which shares no code with the library: the file holds what must come out, not what does.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.camdigikey.fakes import seal
from tests.camdigikey.vectors import partner

FILE = Path(__file__).parents[1] / "vectors-seen-later.json"
NOW = 1_795_000_000  # when the status is asked
ASKED = "aGVhZGVy.cGF5bG9hZA==.c2lnbmF0dXJl"
PERSON: dict[str, Any] = {
    "status": True,
    "accessToken": ASKED,
    "domain": "portal.example.gov.kh",
    "camdigikey_id": "CDK000000042",
    "first_name_en": "SOPHEA",
    "iss": "CamDX-CamDigiKey",
    "type": "USER",
    "exp": NOW + 3600,
    "nbf": NOW,
    "iat": NOW,
    "jti": "0d2c7a2e-6a55-4c0a-9c39-5a8f2b1f6a10",
}
STATUSES: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("the token asked for, ours, in force", {}, ""),
    ("times in milliseconds", {"exp": (NOW + 3600) * 1000, "nbf": NOW * 1000, "iat": NOW * 1000}, ""),
    ("times in ISO 8601", {"exp": "2026-11-18T12:06:40Z", "nbf": None, "iat": None}, ""),
    ("no times", {"exp": None, "nbf": None, "iat": None}, ""),
    ("a clock that is 29 seconds ahead", {"nbf": NOW + 29, "iat": NOW + 29}, ""),
    ("not valid any more, and nothing else told", {"status": False, "accessToken": None, "iss": None}, ""),
    ("another token's answer", {"accessToken": ASKED[:-1] + "X"}, "another token"),
    ("another token's answer, not valid", {"status": False, "accessToken": "x.y.z"}, "another token"),
    ("no token named", {"accessToken": None}, "which token"),
    ("another issuer", {"iss": "CamDX"}, "another issuer"),
    ("no issuer", {"iss": None}, "another issuer"),
    ("another domain", {"domain": "other.example.gov.kh"}, "another domain"),
    ("no domain", {"domain": ""}, "another domain"),
    ("an empty jti", {"jti": ""}, "no id"),
    ("a blank jti", {"jti": " "}, "no id"),
    ("no jti", {"jti": None}, "no id"),
    ("expired", {"exp": NOW - 31}, "time is over"),
    ("expired, in milliseconds", {"exp": (NOW - 31) * 1000}, "time is over"),
    ("begins tomorrow", {"nbf": NOW + 86400}, "has not begun"),
    ("issued tomorrow", {"iat": NOW + 86400}, "has not begun"),
    ("a status in words", {"status": "true"}, "not true or false"),
    ("a name that is a list", {"first_name_en": ["SOPHEA"]}, "not a text"),
    ("half of a surrogate pair", {"first_name_kh": "\ud800"}, "not Unicode"),
)
ERRORS = (
    (100, "ApiError", False),
    (101, "TokenBadSignature", True),
    (102, "TokenWrongDomain", False),
    (103, "TokenExpired", False),
    (104, "TokenDisabled", True),
    (105, "ApiError", False),
    (106, "TokenWrongType", False),
    (107, "TokenError", False),
    (108, "TokenWrongType", False),
)


def wrapped(data: object) -> Any:
    return json.loads(seal(partner(), json.dumps(data).encode()))


def main() -> None:
    statuses = []
    for name, changes, why in STATUSES:
        answer = {field: value for field, value in (PERSON | changes).items() if value is not None}
        envelope = wrapped({"error": 0, "message": "Success", "data": answer})
        statuses.append({"name": name, "data": answer, "wrapped": envelope, "ok": not why, "why": why})
    errors = [
        {
            "code": code,
            "kind": kind,
            "speaks_of_the_person": persons,
            "wrapped": wrapped({"error": code, "message": "A message of CamDigiKey's"}),
        }
        for code, kind, persons in ERRORS
    ]
    about = "Beside vectors.json, and under its account: what was seen later (docs/camdigikey-protocol.md)."
    tree = {"about": about, "now": NOW, "asked": ASKED, "statuses": statuses, "errors": errors}
    FILE.write_text(json.dumps(tree, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
