"""What the fields of domain.Client begin as, for a kind or a product."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields
from typing import Any
from urllib.parse import urlsplit

from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from bridge.products.catalogue import PRODUCTS
from bridge.products.kinds import KINDS, Kind
from bridge.products.product import Product


def defaults_of(chosen: Kind | Product | str, places: Mapping[str, str] | None = None) -> Mapping[str, Any]:
    """Every field of domain.Client with the value that it begins as.

    `chosen`: a row of KINDS or PRODUCTS, or its id. `places`: what the wizard asked for, such as {"base":
    "https://grafana.example.gov.kh"}; addresses for which a place is missing are left out. What has no
    default, and what is chosen when an application is registered, is empty. Raises KeyError.
    """
    row = _row(chosen) if isinstance(chosen, str) else chosen
    own = {**_ancestor(row), **row.fields}
    known = _known(places or {})
    return _of_client() | {name: _filled(value, known) for name, value in own.items()}


def _row(name: str) -> Kind | Product:
    return KINDS[name] if name in KINDS else PRODUCTS[name]


def _ancestor(row: Kind | Product) -> Mapping[str, Any]:
    return KINDS[row.kind].fields if isinstance(row, Product) else {}


def _of_client() -> dict[str, Any]:
    """The defaults of the class itself."""
    client = Client(ClientId(""), "", ())
    return {part.name: getattr(client, part.name) for part in fields(Client)}


def _known(places: Mapping[str, str]) -> dict[str, str]:
    found = {name: value.strip().rstrip("/") for name, value in places.items() if value.strip()}
    if "base" in found:
        with suppress(ValueError):  # no address: whoever checks the client says so
            found["origin"] = origin(found["base"])
    return found


def origin(url: str) -> str:
    """Scheme, host and port of an address (RFC 6454 §4)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _filled(value: Any, known: Mapping[str, str]) -> Any:
    """A value with its places filled in; of a list without those that cannot be."""
    if isinstance(value, tuple):
        return tuple(text for text in (_address(part, known) for part in value) if text is not None)
    return _address(value, known) if isinstance(value, str) else value


def _address(text: str, known: Mapping[str, str]) -> str | None:
    try:
        return text.format_map(known)
    except KeyError:
        return None
