"""Which claims go out: those that the scope or the request names, as far as the client may have them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from bridge.domain.authorization_request import AuthorizationRequest, ClaimRequest
from bridge.domain.claims.facts import Constants, Facts, Value, Values
from bridge.domain.claims.table import (
    ALWAYS,
    CLAIMS,
    NEVER_CONSTANT,
    PERSON_SCOPES,
    PERSONAL,
    SCOPES,
    SUPPORTED_CLAIMS,
    personal_claims,
    row_of,
    untag,
)
from bridge.domain.client import Client
from bridge.domain.grant import Grant


def scopes_supported(constant: Constants) -> tuple[str, ...]:
    """The scopes to announce; one that only constants fill is left out where the settings have none."""
    filled = {_scope_of(name) for name in usable(constant)}
    return tuple(name for name, scope in SCOPES.items() if not scope.constant or name in filled)


def claims_supported(constant: Constants) -> frozenset[str]:
    """The names of claims to announce: ours, and those of the constants."""
    return SUPPORTED_CLAIMS | frozenset(usable(constant))


def allowed_scope(client: Client, scope: Iterable[str]) -> tuple[str, ...]:
    """The words of a scope that speak of a person and that the client is registered for, in order (RFC 6749
    §3.3).
    """
    allowed = {ALWAYS, *client.scope} & PERSON_SCOPES
    if not client.national_id_purpose:
        allowed.discard("national_id")
    if "refresh_token" not in client.grant_types:
        allowed.discard("offline_access")
    return tuple(word for word in scope if word in allowed)


def own_scope(client: Client, scope: Iterable[str]) -> tuple[str, ...]:
    """The words of a scope that a client may have for itself, where no person is present (RFC 6749 §4.4)."""
    allowed = frozenset(client.scope) - PERSON_SCOPES
    return tuple(word for word in scope if word in allowed)


def claim_names(request: AuthorizationRequest, client: Client) -> frozenset[str]:
    """The names of all claims that a request can give this client, as it is registered now."""
    own = {name for scope in allowed_scope(client, SCOPES) for name in personal_claims(scope)}
    by_scope = {name for scope in request.scope for name in personal_claims(scope)}
    asked = by_scope | (request.claims.names & own)
    return frozenset({"sub", *(name for name in asked if listed(name, client))})


def userinfo_claims(grant: Grant, client: Client, constant: Constants, day: date) -> Values:
    """The answer of userinfo for a Grant (OIDC Core §5.3.2), `sub` first; `day`: today's date."""
    facts = Facts(grant.person, client, grant.claims_locales, day)
    return {"sub": grant.person.sub} | _chosen(facts, grant, constant, grant.scope, grant.claims.userinfo)


def id_token_claims(grant: Grant, client: Client, constant: Constants, day: date) -> Values:
    """The person's claims for the ID token: those asked for by name.

    Those of the scope too where the client is registered with `claims_in_id_token`.
    """
    scope = grant.scope if client.claims_in_id_token else ()
    if not scope and not grant.claims.id_token:
        return {}
    facts = Facts(grant.person, client, grant.claims_locales, day)
    return _chosen(facts, grant, constant, scope, grant.claims.id_token)


def _chosen(
    facts: Facts, grant: Grant, constant: Constants, scope: Sequence[str], asked: Mapping[str, ClaimRequest]
) -> Values:
    """The known claims that the scope holds or the request names, as far as the client may have them.

    The client has to have been allowed both when the Grant was opened and now: a registration that was
    widened since gives an old Grant no more.
    """
    allowed = frozenset(allowed_scope(facts.client, SCOPES))

    def may_have(name: str, needed: str) -> bool:
        """Asked before any value is computed: most claims are not wanted."""
        if needed not in allowed or not (needed in scope or name in asked):
            return False
        return listed(name, facts.client) and (name not in PERSONAL or name in grant.claim_names)

    def wanted(name: str, value: Value) -> bool:
        if _scope_of(name) in scope:
            return True
        values = asked[name].values  # wanted only if it is one of these (OIDC Core §5.5.1)
        return not values or value in values

    found = {name: value for name, value in usable(constant).items() if may_have(name, _scope_of(name))}
    for name, needed, source in _BESIDE_SUB:
        if may_have(name, needed) and (value := source(facts)) is not None and value != "":
            found[name] = value  # CamDigiKey's value wins over a constant
    return {name: value for name, value in found.items() if wanted(name, value)} if asked else found


# Every claim of the person, but for `sub`, which every answer has.
_BESIDE_SUB = tuple(
    (name, claim.scope, claim.source) for name, claim in CLAIMS.items() if claim.source and name != "sub"
)


def listed(name: str, client: Client) -> bool:
    """Whether a client's own list of claims, where it has one, holds this one."""
    return client.claims is None or name in client.claims or untag(name) in client.claims


def usable(constant: Constants) -> Values:
    """The constants that may be sent: not empty, and none that would pass for a claim of the login."""
    return {
        name: _claim_value(value)
        for name, value in constant.items()
        if untag(name) not in NEVER_CONSTANT and value is not None and value != "" and value != {}
    }


def _claim_value(value: object) -> Value:
    if isinstance(value, Mapping):
        return {str(name): str(part) for name, part in value.items()}
    return value if isinstance(value, bool | int) else str(value)


def _scope_of(name: str) -> str:
    """The scope that a claim needs; a constant of no known name is always given."""
    row = row_of(name)
    return row.scope if row else ALWAYS
