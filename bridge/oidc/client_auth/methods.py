"""The table of methods. Whoever is to use a new one adds its row; discovery announces what stands here."""

from collections.abc import Mapping

from bridge.domain.client import PUBLIC, AuthMethod
from bridge.oidc.client_auth import client_secret_basic, client_secret_post, none
from bridge.oidc.client_auth.method import Method

METHODS: Mapping[AuthMethod, Method] = {
    "client_secret_basic": client_secret_basic.METHOD,
    "client_secret_post": client_secret_post.METHOD,
    PUBLIC: none.METHOD,
}
# Endpoints that nobody may ask without a proof (RFC 7662 §2.1).
CONFIDENTIAL_METHODS: tuple[AuthMethod, ...] = tuple(name for name in METHODS if name != PUBLIC)
