"""tests/vectors.json, read: throw-away keys with inputs, and the outputs they must give."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from cryptography import x509

from bridge.camdigikey import Partner

VECTORS: dict[str, Any] = json.loads(Path(__file__).parents[1].joinpath("vectors.json").read_text())
NOW = 1_795_000_000.0  # when the vectors' tokens were made
PASSWORD = VECTORS["keystores"]["password"]
CERTIFICATES = {
    name: x509.load_pem_x509_certificate(pem.encode()) for name, pem in VECTORS["certificates"].items()
}
ROOT = x509.load_pem_x509_certificate(VECTORS["trusted_root"].encode())


def rows(name: str) -> Any:
    """A table of the vectors, for pytest.mark.parametrize; each row under its own name."""
    return {"argvalues": VECTORS[name], "ids": [row["name"] for row in VECTORS[name]]}


def stores(kind: str) -> Any:
    """The stores of one kind (client, trust), as bytes, under their names."""
    found = VECTORS["keystores"][kind]
    return {"argvalues": [base64.b64decode(store) for store in found.values()], "ids": list(found)}


def row_of(table: str, name: str) -> Any:
    """The row of that name."""
    return next(row for row in VECTORS[table] if row["name"] == name)


def partner(**changes: Any) -> Partner:
    """The vectors' service account."""
    credentials = VECTORS["credentials"]
    keys = {
        name: base64.b64decode(credentials[name]) for name in ("hmac_key", "aes_secret_key", "aes_iv_params")
    }
    facts: dict[str, Any] = {
        "client_id": credentials["client_id"],
        "domain": credentials["domain"],
        **keys,
        "base_url": "https://camdigikey.example",
        "keystore": stores("client")["argvalues"][0],
        "trust_store": stores("trust")["argvalues"][0],
        "store_password": PASSWORD,
    }
    return Partner(**facts | changes)
