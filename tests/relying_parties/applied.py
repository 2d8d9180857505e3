"""An application registered as the wizard would, with its snippets, which an applier writes into the product.

An applier is a function, a row of `appliers.APPLIERS`: it writes the texts unaltered where the product wants
them, starts it at the address that was registered, and stops it when the block ends. The product's first page
leads to a sign-in; to who is signed in it answers with the header `X-Name`, the person's name.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from bridge.manage.client_checks import check_client
from bridge.products import PRODUCTS, Snippet, Values, defaults_of, snippets
from tests.support.live import Live
from tests.support.servers import free_port

OWN_SECRET = "rWq3V8xWc5tYfP2sLd7hNgAeRiKoUb4yQmTZr1mB0uJ="  # 32 bytes


@dataclass(frozen=True, slots=True)
class Applied:
    """One product's application: where it is reached, how it is registered, and its configuration."""

    home: str  # ends with a slash
    client: Client
    texts: tuple[Snippet, ...]

    @property
    def host(self) -> str:
        return urlsplit(self.home).hostname or ""

    @property
    def port(self) -> int:
        return urlsplit(self.home).port or 0

    def write(self, folder: Path) -> list[Path]:
        """Keep each text in a file of its own name."""
        paths = [folder / Path(text.goes_to).name for text in self.texts]
        for path, text in zip(paths, self.texts, strict=True):
            path.write_text(text.text, encoding="utf-8")
        return paths


Applier = Callable[[Applied, Path, pytest.FixtureRequest], AbstractContextManager[None]]


def apply(live: Live, product: str, host: str) -> Applied:
    """Register an application with nothing but the defaults of its product, at an address of this machine."""
    home = f"http://{host}:{free_port(host)}/"
    fields = {
        **defaults_of(product, {"base": home}),
        "client_id": ClientId(product),
        "client_name": PRODUCTS[product].name.en,
        "sector_identifier": host,
        "skip_consent": True,
    }
    client = live.world.register(Client(**fields))
    check_client(client, (), live.issuer)
    discovered = requests.get(f"{live.issuer}/.well-known/openid-configuration", timeout=10).json()
    endpoints = {name: value for name, value in discovered.items() if isinstance(value, str)}
    secret = None if client.public else live.world.secrets[product]
    values = Values(live.issuer, endpoints, client, secret, OWN_SECRET)
    return Applied(home, client, snippets(product, values))
