"""How a test writes a product's snippet into that product, running: an applier a product."""

from __future__ import annotations

from collections.abc import Mapping

from tests.relying_parties.applied import Applier
from tests.relying_parties.appliers.apache import apache
from tests.relying_parties.appliers.flask_application import flask_application
from tests.relying_parties.appliers.node_server import node_server
from tests.relying_parties.appliers.single_page import single_page

APPLIERS: Mapping[str, Applier] = {
    "mod-auth-openidc": apache,
    "openid-client": node_server,
    "authlib": flask_application,
    "oidc-client-ts": single_page,
}
# Those whose products are not brought up by a test yet; each that gets an applier leaves this list.
WITHOUT_APPLIER = {
    "keycloak",
    "grafana",
    "oauth2-proxy",
    "gitlab",
    "nextcloud",
    "spring-security",
    "mozilla-django-oidc",
    "other",
}
