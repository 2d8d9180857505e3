"""The products, a module each; their order is the one in which they are offered."""

from collections.abc import Mapping
from types import MappingProxyType

from bridge.products.catalogue.grafana import GRAFANA
from bridge.products.catalogue.other import OTHER
from bridge.products.product import Product

_ROWS = (GRAFANA, OTHER)
PRODUCTS: Mapping[str, Product] = MappingProxyType({row.id: row for row in _ROWS})


def product(name: str) -> Product:
    """The product of an id. Raises KeyError."""
    return PRODUCTS[name]
