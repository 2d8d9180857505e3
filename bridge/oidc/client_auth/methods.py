"""The table of client authentication methods; discovery announces what is in it."""

from collections.abc import Mapping

from bridge.domain.client import PUBLIC, AuthMethod
from bridge.oidc.client_auth import client_secret_basic, client_secret_post, none
from bridge.oidc.client_auth.method import Method

METHODS: Mapping[AuthMethod, Method] = {
    "client_secret_basic": client_secret_basic.METHOD,
    "client_secret_post": client_secret_post.METHOD,
    PUBLIC: none.METHOD,
}
# For endpoints that public clients may not use (RFC 7662 §2.1).
CONFIDENTIAL_METHODS: tuple[AuthMethod, ...] = tuple(name for name in METHODS if name != PUBLIC)
