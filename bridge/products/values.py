"""What fills a product's templates: one application as it is registered, and this provider's addresses."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from bridge.domain.client import Client
from bridge.errors import BridgeError
from bridge.products.defaults import origin
from bridge.products.product import Product

WELL_KNOWN = "/.well-known/openid-configuration"  # OIDC Discovery §4


class SnippetFault(BridgeError):
    """The configuration can't be written: a value is missing, or has no form in the product's format."""


@dataclass(frozen=True, slots=True)
class Values:
    """One application's values. `endpoints`: addresses by their names in discovery (RFC 8414 §2)."""

    issuer: str
    endpoints: Mapping[str, str]
    client: Client
    client_secret: str | None = field(default=None, repr=False)  # None: a named placeholder stands for it
    own_secret: str | None = field(default=None, repr=False)  # the product's own: 32 bytes in base64url


def names_for(product: Product, values: Values) -> dict[str, Any]:
    """What the templates of a product may name. What an application does not have is left out."""
    client = values.client
    places = places_in(product, client.redirect_uris)
    found = {
        **values.endpoints,
        **places,
        "base_path": path_of(places.get("base")),
        "endpoints": values.endpoints,
        "issuer": values.issuer,
        "discovery": values.issuer + WELL_KNOWN,
        "plain_http": values.issuer.startswith("http://"),
        "client_id": str(client.client_id),
        "client_name": client.client_name,
        "client_secret": None if client.public else values.client_secret or placeholder("client_secret"),
        **{name: values.own_secret or placeholder(name) for name in product.own_secrets},
        "auth_method": client.token_endpoint_auth_method,
        "public": client.public,
        "signing_alg": client.id_token_signed_response_alg,
        "scope": " ".join(client.scope),
        "scopes": tuple(client.scope),
        "grant_types": tuple(client.grant_types),
        "redirect_uri": next(iter(client.redirect_uris), None),
        "redirect_path": path_of(next(iter(client.redirect_uris), None)),
        "redirect_uris": client.redirect_uris,
        "post_logout_redirect_uri": next(iter(client.post_logout_redirect_uris), None),
        "post_logout_redirect_uris": client.post_logout_redirect_uris,
    }
    return {name: value for name, value in found.items() if value is not None}


def placeholder(name: str) -> str:
    """What stands for a value that is not known here, to be replaced by hand."""
    return f"<{name}>"


def path_of(url: str | None) -> str | None:
    """The path of an address, "/" where it has none."""
    return None if url is None else urlsplit(url).path or "/"


def places_in(product: Product, redirect_uris: tuple[str, ...]) -> dict[str, str]:
    """The places of a product, read from addresses that were made of them.

    Where none has the product's form, `base` is the origin of the first, and others are placeholders.
    """
    for pattern in product.fields.get("redirect_uris", ()):
        for uri in redirect_uris:
            if found := _pattern(pattern).fullmatch(uri):
                return found.groupdict()
    found_base = {"base": origin(redirect_uris[0])} if redirect_uris else {}
    return {place.name: placeholder(place.name) for place in product.places} | found_base


def _pattern(address: str) -> re.Pattern[str]:
    """`{base}/cb/{realm}` as an expression: the base may have a path, other places are one part of it."""
    expression = re.escape(address).replace(r"\{base\}", "(?P<base>.+?)")
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", expression))
