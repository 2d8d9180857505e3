"""The discovery document: the endpoints that have a name there, and the capabilities that are on.

OIDC Discovery §3, RFC 8414 §2, RP-Initiated Logout §2.1, Back-Channel Logout §2.1.
"""

from collections.abc import Sequence
from typing import Any

from bridge.domain.client import SigningAlg
from bridge.domain.policy import Policy
from bridge.oidc.capabilities import Circumstances, announced
from bridge.oidc.endpoints import addresses


def document(policy: Policy, algs: Sequence[SigningAlg]) -> dict[str, Any]:
    """The document for this policy; `algs`: the algs that there are signing keys for."""
    values = announced(Circumstances(policy, tuple(algs)))
    found = {name: value if isinstance(value, bool | str) else list(value) for name, value in values}
    return {"issuer": policy.issuer, **addresses(policy.issuer), **found}
