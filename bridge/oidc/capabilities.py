"""What this provider can do: a row for each member of the discovery document.

The values come from the tables that the code itself works by (grant types, client authentication methods,
response modes, scopes), so that exactly what is announced works; a test checks both directions.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from bridge.domain.authorization_request import PROMPTS, ResponseType
from bridge.domain.claims import claims_supported, scopes_supported
from bridge.domain.client import SUBJECT_TYPES, SigningAlg
from bridge.domain.policy import Policy
from bridge.domain.session import ACR
from bridge.oidc.client_auth.methods import CONFIDENTIAL_METHODS, METHODS
from bridge.oidc.response_modes import RESPONSE_MODES
from bridge.oidc.server.authorization_code import S256
from bridge.oidc.server.server import GRANT_TYPES

MetadataValue = str | bool | Sequence[str]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What capabilities depend on: the policy, and the algs that there are signing keys for."""

    policy: Policy
    algs: tuple[SigningAlg, ...]


@dataclass(frozen=True, slots=True)
class Capability:
    """One member of the discovery document, by its registered name (OIDC Discovery §3, RFC 8414 §2).

    `value`: its value under given circumstances; None: it is switched off, and left out.
    """

    name: str
    value: Callable[[Circumstances], MetadataValue | None]


def _claims(policy: Policy) -> Sequence[str]:
    """amr is said only of accounts that the settings tell it of."""
    silent = set() if any(policy.amr.values()) else {"amr"}
    return sorted(claims_supported(policy.constant_claims) - silent)


def always(name: str, value: MetadataValue) -> Capability:
    """A capability whose value depends on nothing."""
    return Capability(name, lambda now: value)


CAPABILITIES: tuple[Capability, ...] = (
    Capability("scopes_supported", lambda now: scopes_supported(now.policy.constant_claims)),
    always("response_types_supported", get_args(ResponseType)),
    always("response_modes_supported", tuple(RESPONSE_MODES)),
    always("grant_types_supported", tuple(GRANT_TYPES)),
    always("subject_types_supported", SUBJECT_TYPES),
    Capability("id_token_signing_alg_values_supported", lambda now: now.algs),
    always("token_endpoint_auth_methods_supported", tuple(METHODS)),
    always("introspection_endpoint_auth_methods_supported", CONFIDENTIAL_METHODS),
    always("revocation_endpoint_auth_methods_supported", tuple(METHODS)),
    always("code_challenge_methods_supported", S256.SUPPORTED_CODE_CHALLENGE_METHOD),
    always("prompt_values_supported", PROMPTS),  # OIDC Prompt Create §4.2
    always("acr_values_supported", (ACR,)),
    always("claim_types_supported", ("normal",)),
    Capability("claims_supported", lambda now: _claims(now.policy)),
    always("claims_locales_supported", ("en", "km")),
    always("ui_locales_supported", ("km", "en")),
    always("claims_parameter_supported", True),
    always("request_parameter_supported", False),
    always("request_uri_parameter_supported", False),
    always("require_request_uri_registration", False),
    always("authorization_response_iss_parameter_supported", True),  # RFC 9207 §3
    always("backchannel_logout_supported", True),  # OIDC Back-Channel Logout §2.1
    always("backchannel_logout_session_supported", True),
    Capability("service_documentation", lambda now: now.policy.help_uri),
)


def announced(now: Circumstances) -> Iterator[tuple[str, MetadataValue]]:
    """The members that are switched on, in the order of the table."""
    for capability in CAPABILITIES:
        value = capability.value(now)
        if value is not None:
            yield capability.name, value
