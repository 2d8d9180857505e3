"""Claims: what applications get to know of a person.

`table` has a row per claim, `release` picks what goes out, `explanation` says why something does not.

A new claim is a row: where its value comes from, the scope it needs, and its line on the consent page.
A claim without a value is left out, never sent empty (OIDC Core §5.3.2).
"""

from bridge.domain.claims.ages import today
from bridge.domain.claims.explanation import ClaimOutcome, WhyLeftOut, outcomes
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
    "ClaimOutcome",
    "Constants",
    "Facts",
    "Line",
    "Scope",
    "Value",
    "Values",
    "WhyLeftOut",
    "allowed_scope",
    "claim_names",
    "claims_supported",
    "id_token_claims",
    "outcomes",
    "own_scope",
    "scopes_supported",
    "today",
    "userinfo_claims",
]
