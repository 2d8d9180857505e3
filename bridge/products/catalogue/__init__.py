"""The products, a module each; their order is the one in which they are offered."""

from collections.abc import Mapping
from types import MappingProxyType

from bridge.products.catalogue.authlib import AUTHLIB
from bridge.products.catalogue.gitlab import GITLAB
from bridge.products.catalogue.grafana import GRAFANA
from bridge.products.catalogue.keycloak import KEYCLOAK
from bridge.products.catalogue.mod_auth_openidc import MOD_AUTH_OPENIDC
from bridge.products.catalogue.mozilla_django_oidc import MOZILLA_DJANGO_OIDC
from bridge.products.catalogue.nextcloud import NEXTCLOUD
from bridge.products.catalogue.oauth2_proxy import OAUTH2_PROXY
from bridge.products.catalogue.oidc_client_ts import OIDC_CLIENT_TS
from bridge.products.catalogue.openid_client import OPENID_CLIENT
from bridge.products.catalogue.other import OTHER
from bridge.products.catalogue.spring_security import SPRING_SECURITY
from bridge.products.product import Product

_ROWS = (
    KEYCLOAK,
    GRAFANA,
    OAUTH2_PROXY,
    GITLAB,
    NEXTCLOUD,
    SPRING_SECURITY,
    OPENID_CLIENT,
    OIDC_CLIENT_TS,
    AUTHLIB,
    MOZILLA_DJANGO_OIDC,
    MOD_AUTH_OPENIDC,
    OTHER,
)
PRODUCTS: Mapping[str, Product] = MappingProxyType({row.id: row for row in _ROWS})


def product(name: str) -> Product:
    """The product of an id. Raises KeyError."""
    return PRODUCTS[name]
