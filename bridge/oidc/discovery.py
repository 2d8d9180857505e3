"""The discovery document, computed from what is on (OIDC Discovery §3, RFC 8414, RP Logout §2.1)."""

from collections.abc import Sequence
from typing import Any

from bridge.domain.claims import Constants, claims_supported, scopes_supported
from bridge.domain.client import CLIENT_AUTH_METHODS, GRANT_TYPES, PAIRWISE, PUBLIC_SUBJECT
from bridge.domain.session import ACR
from bridge.oidc.authorize import DISPLAYS, PROMPTS, RESPONSE_MODES

PATH = "/.well-known/openid-configuration"
OAUTH_PATH = "/.well-known/oauth-authorization-server"  # RFC 8414 §3: the same document


def document(
    issuer: str, algs: Sequence[str], constant: Constants, service_documentation: str = ""
) -> dict[str, Any]:
    """What a relying party needs to know; `algs`: we hold keys for them, `constant`: constant claims."""
    found: dict[str, Any] = {
        "issuer": issuer,
        "authorization_endpoint": issuer + "/authorize",
        "token_endpoint": issuer + "/token",
        "userinfo_endpoint": issuer + "/userinfo",
        "end_session_endpoint": issuer + "/logout",
        "jwks_uri": issuer + "/jwks",
        "scopes_supported": list(scopes_supported(constant)),
        "response_types_supported": ["code"],
        "response_modes_supported": list(RESPONSE_MODES),
        "grant_types_supported": list(GRANT_TYPES),
        "subject_types_supported": [PAIRWISE, PUBLIC_SUBJECT],
        "id_token_signing_alg_values_supported": list(algs),
        "token_endpoint_auth_methods_supported": list(CLIENT_AUTH_METHODS),
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": list(PROMPTS),
        "display_values_supported": list(DISPLAYS),
        "acr_values_supported": [ACR],
        "claim_types_supported": ["normal"],
        "claims_supported": sorted(claims_supported(constant)),
        "claims_locales_supported": ["en", "km"],
        "ui_locales_supported": ["km", "en"],
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "require_request_uri_registration": False,
        "authorization_response_iss_parameter_supported": True,
    }
    if service_documentation:
        found["service_documentation"] = service_documentation
    return found
