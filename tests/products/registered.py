"""Applications as a wizard registers them, and what fills their snippets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from bridge.products import Kind, Product, Values, defaults_of

ISSUER = "https://sso.example.gov.kh"
ENDPOINTS: Mapping[str, str] = {
    "authorization_endpoint": ISSUER + "/authorize",
    "token_endpoint": ISSUER + "/token",
    "userinfo_endpoint": ISSUER + "/userinfo",
    "jwks_uri": ISSUER + "/jwks",
    "end_session_endpoint": ISSUER + "/logout",
    "introspection_endpoint": ISSUER + "/introspect",
    "revocation_endpoint": ISSUER + "/revoke",
}
SECRET = "Zr1mB0uJ9kq3V8xWc5tYfP2sLd7hNgAeRiKoUb4yQmT"
HOME = "https://application.example.gov.kh"


def examples(row: Kind | Product) -> dict[str, str]:
    """What somebody answers whom the wizard asks for the places of an application."""
    if isinstance(row, Kind):
        return {"base": HOME}
    return {place.name: place.example for place in row.places}


def registered(row: Kind | Product, **changes: Any) -> Client:
    """An application of that kind, or that product, at its example address."""
    fields = {**defaults_of(row, examples(row)), "client_id": ClientId("app-1"), "client_name": "Application"}
    if "authorization_code" in fields["grant_types"]:
        fields["redirect_uris"] = fields["redirect_uris"] or (HOME + "/callback",)
    return Client(**{**fields, "sector_identifier": "example.gov.kh", **changes})


def values(row: Kind | Product, *, secret: str | None = SECRET, **changes: Any) -> Values:
    """What fills the snippets of such an application."""
    client = registered(row, **changes)
    return Values(ISSUER, ENDPOINTS, client, None if client.public else secret)
