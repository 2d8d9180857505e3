"""The third stage: the table of checks. They run in its order, and the first that fails refuses the request.

A row says which endpoints it serves, so that pushed, device and back-channel requests can use the same
functions, and which clause of a standard asks for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from bridge.oidc.authorization.checks.client import (
    check_pkce,
    check_response_mode,
    check_response_type,
    check_scope,
)
from bridge.oidc.authorization.checks.form import check_by_value, check_once, check_size
from bridge.oidc.authorization.checks.person import (
    check_acr,
    check_claims,
    check_max_age,
    check_person,
    check_prompt,
    check_wishes,
)
from bridge.oidc.authorization.parts import Part, Parts, UncheckedRequest

# Only authorize is open as yet. The others: RFC 9126 (pushed), RFC 8628 (device), OpenID CIBA (backchannel).
RequestEndpoint = Literal["authorize", "pushed", "device", "backchannel"]
ALL: frozenset[RequestEndpoint] = frozenset(get_args(RequestEndpoint))
BY_BROWSER: frozenset[RequestEndpoint] = frozenset({"authorize", "pushed"})  # the browser carries the answer
OF_LOGINS: frozenset[RequestEndpoint] = BY_BROWSER | {"backchannel"}  # the requests of OpenID Connect


@dataclass(frozen=True, slots=True)
class Check:
    """A row. `run` returns its part of the request, or None where it only checks; raises ReturnedToClient."""

    run: Callable[[UncheckedRequest], Part | None]
    serves: frozenset[RequestEndpoint]
    clause: str


CHECKS: tuple[Check, ...] = (
    Check(check_once, ALL, "RFC 6749 §3.1"),
    Check(check_size, ALL, "DESIGN §6.14"),
    Check(check_by_value, OF_LOGINS, "OIDC Core §3.1.2.6"),
    Check(check_response_type, BY_BROWSER, "RFC 6749 §3.1.1"),
    Check(check_response_mode, BY_BROWSER, "OAuth 2.0 Multiple Response Types §2.1"),
    Check(check_scope, ALL, "OIDC Core §3.1.2.1"),
    Check(check_pkce, BY_BROWSER, "RFC 9700 §2.1.1"),
    Check(check_prompt, BY_BROWSER, "OIDC Core §3.1.2.1"),
    Check(check_max_age, BY_BROWSER, "OIDC Core §3.1.2.1"),
    Check(check_claims, OF_LOGINS, "OIDC Core §5.5"),
    Check(check_acr, OF_LOGINS, "OIDC Core §5.5.1.1"),  # reads check_claims' part
    Check(check_person, OF_LOGINS, "OIDC Core §3.1.2.1"),  # reads check_claims' part
    Check(check_wishes, OF_LOGINS, "OIDC Core §3.1.2.1"),
)


def run_checks(endpoint: RequestEndpoint, unchecked: UncheckedRequest) -> Parts:
    """Run the checks of an endpoint in order; the parts that they return. Raises ReturnedToClient."""
    for check in CHECKS:
        if endpoint in check.serves:
            unchecked = unchecked.with_part(check.run(unchecked))
    return unchecked.parts
