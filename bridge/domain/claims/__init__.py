"""What applications are told of a person: a row per claim (`table`), and what of it goes out (`release`).

A new claim is a row: its source, the scope it needs and the consent page's line that it belongs to. Nothing
is ever sent empty: where CamDigiKey said nothing, the claim is left out (OIDC Core §5.3.2).
"""

from bridge.domain.claims.ages import today
from bridge.domain.claims.facts import Constants, Facts, Value, Values
from bridge.domain.claims.release import (
    allowed_scope,
    claim_names,
    claims_supported,
    id_token_claims,
    own_scope,
    scopes_supported,
    userinfo_claims,
)
from bridge.domain.claims.table import (
    CLAIMS,
    LINES,
    LOGIN_CLAIMS,
    PERSON_SCOPES,
    SCOPES,
    SUPPORTED_CLAIMS,
    Claim,
    Line,
    Scope,
)

__all__ = [
    "CLAIMS",
    "LINES",
    "LOGIN_CLAIMS",
    "PERSON_SCOPES",
    "SCOPES",
    "SUPPORTED_CLAIMS",
    "Claim",
    "Constants",
    "Facts",
    "Line",
    "Scope",
    "Value",
    "Values",
    "allowed_scope",
    "claim_names",
    "claims_supported",
    "id_token_claims",
    "own_scope",
    "scopes_supported",
    "today",
    "userinfo_claims",
]
