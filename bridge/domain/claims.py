"""What applications are told of a person: each claim's source and the scope that it needs (DESIGN §7).

Nothing is ever sent empty: where CamDigiKey said nothing, the claim is left out (OIDC Core §5.3.2).
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from bridge.domain.authorization_request import AuthorizationRequest, ClaimRequest, Json
from bridge.domain.client import Client
from bridge.domain.grant import Grant
from bridge.domain.subject import Identity

Value = Json | dict[str, Json] | list[str]
Values = dict[str, Value]
Constants = Mapping[str, object]  # the setting claims.constant

ALWAYS = "openid"  # the scope that every request has
SCOPES: Mapping[str, tuple[str, ...]] = {
    ALWAYS: ("sub",),
    "profile": (
        "preferred_username",
        "name",
        "given_name",
        "family_name",
        "name#km",
        "given_name#km",
        "family_name#km",
        "gender",
        "birthdate",
        "updated_at",
        "locale",
        "zoneinfo",
    ),
    "email": ("email", "email_verified"),
    "phone": ("phone_number", "phone_number_verified"),
    "nationality": ("nationality",),
    "camdigikey_id": ("camdigikey_id",),
    "national_id": ("personal_code",),
    "age": ("age_over_16", "age_over_18", "age_over_21"),
    "offline_access": (),
}
# What CamDigiKey knows nothing of; only a constant can fill it (OIDC Core §5.4).
_CONSTANT_SCOPES: Mapping[str, tuple[str, ...]] = {
    "profile": ("middle_name", "nickname", "profile", "picture", "website"),
    "address": ("address",),
}
CONSTANT_CLAIMS = frozenset(name for names in _CONSTANT_SCOPES.values() for name in names)
_SCOPE_OF = {
    name: scope for table in (_CONSTANT_SCOPES, SCOPES) for scope, names in table.items() for name in names
}
_PERSONAL = frozenset(name for names in SCOPES.values() for name in names)
# Of the login rather than of the person: in every ID token, and never a constant.
LOGIN_CLAIMS = ("iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash")
SUPPORTED_CLAIMS = _PERSONAL | frozenset(LOGIN_CLAIMS)
_RESERVED = frozenset(("sub", "azp", "nbf", "jti", "c_hash", "client_id", "scope", *LOGIN_CLAIMS))

ZONE = "Asia/Phnom_Penh"
_OFFSET = timedelta(hours=7)  # the zone has no summer time
_AGES = (16, 18, 21)


def today(now: float) -> date:
    """The date in Cambodia at an instant in epoch seconds."""
    return (datetime.fromtimestamp(now, UTC) + _OFFSET).date()


def scopes_supported(constant: Constants) -> tuple[str, ...]:
    """The scopes to announce: ours, and those that constants give a meaning to."""
    filled = {_SCOPE_OF.get(_untagged(name), ALWAYS) for name in _usable(constant)}
    return (*SCOPES, *(scope for scope in _CONSTANT_SCOPES if scope in filled and scope not in SCOPES))


def claims_supported(constant: Constants) -> frozenset[str]:
    """The names of claims to announce."""
    return SUPPORTED_CLAIMS | frozenset(_usable(constant))


def allowed_scope(client: Client, scope: Iterable[str]) -> tuple[str, ...]:
    """What of a scope a client may have by its registration, in the order asked (RFC 6749 §3.3)."""
    allowed = {ALWAYS, *client.scope}
    if not client.national_id_purpose:
        allowed.discard("national_id")
    if "refresh_token" not in client.grant_types:
        allowed.discard("offline_access")
    return tuple(word for word in scope if word in allowed)


def claim_names(request: AuthorizationRequest, client: Client) -> frozenset[str]:
    """The names of what a request can bring this client of a person, as it is registered now."""
    own = {name for scope in allowed_scope(client, SCOPES) for name in SCOPES[scope]}
    by_scope = {name for scope in request.scope for name in SCOPES.get(scope, ())}
    asked = by_scope | (request.claims.names & own)
    return frozenset({"sub", *(name for name in asked if _listed(name, client))})


def userinfo_claims(grant: Grant, client: Client, constant: Constants, day: date) -> Values:
    """The answer of userinfo for a Grant (OIDC Core §5.3.2), `sub` first; `day`: today's date."""
    known = _known(grant, client, constant, day)
    return {"sub": grant.person.sub} | _chosen(known, grant.scope, grant.claims.userinfo, grant, client)


def id_token_claims(grant: Grant, client: Client, constant: Constants, day: date) -> Values:
    """The person's claims for the ID token: those asked for by name, and by a switch the scope's."""
    scope = grant.scope if client.claims_in_id_token else ()
    if not scope and not grant.claims.id_token:
        return {}
    return _chosen(_known(grant, client, constant, day), scope, grant.claims.id_token, grant, client)


def _chosen(
    known: Values, scope: Sequence[str], asked: Mapping[str, ClaimRequest], grant: Grant, client: Client
) -> Values:
    """Of what is known, what a scope holds or is asked for by name, and the client may have.

    Both then and now: a registration that was widened since gives an old Grant no more.
    """
    allowed = frozenset(allowed_scope(client, (*SCOPES, *_CONSTANT_SCOPES)))

    def wanted(name: str, value: Value) -> bool:
        needed = _SCOPE_OF.get(_known_name(name), ALWAYS)
        if needed not in allowed or not _listed(name, client):
            return False
        if name in _PERSONAL and name not in grant.claim_names:
            return False
        if needed in scope:
            return True
        request = asked.get(name)  # "value": wanted only if it is one of these (OIDC Core §5.5.1)
        return request is not None and (not request.values or value in request.values)

    return {name: value for name, value in known.items() if wanted(name, value)}


def _listed(name: str, client: Client) -> bool:
    return client.claims is None or name in client.claims or _untagged(name) in client.claims


def _known(grant: Grant, client: Client, constant: Constants, day: date) -> Values:
    """All that could be said of the person to this client; CamDigiKey's word goes before a constant."""
    identity = grant.person.subject.identity
    asserted: dict[str, Value | None] = {
        "preferred_username": grant.person.sub,
        **_names(identity, grant.claims_locales, client.name_locale),
        "gender": identity.gender,
        "birthdate": identity.birthdate,
        "updated_at": grant.person.subject.updated_at,
        "locale": "en" if identity.nationality not in ("", "KH") else "km-KH",
        "zoneinfo": ZONE,
        **_email(identity, grant.person.sub, client.email_fallback_domain),
        "phone_number": identity.phone_number,
        "phone_number_verified": True if identity.phone_number else None,
        "nationality": identity.nationality,
        "camdigikey_id": identity.camdigikey_id,
        "personal_code": identity.personal_code,
        **_ages(identity.birthdate, day),
    }
    said = {name: value for name, value in asserted.items() if value is not None and value != ""}
    return _usable(constant) | said


def _names(identity: Identity, claims_locales: Sequence[str], default: str) -> dict[str, str]:
    """Latin and Khmer names; the untagged ones never mix the two (OIDC Core §5.2)."""
    latin = {
        "name": _joined(identity.given_name, identity.family_name),
        "given_name": identity.given_name,
        "family_name": identity.family_name,
    }
    khmer = {
        "name": _joined(identity.family_name_km, identity.given_name_km),  # the family goes first
        "given_name": identity.given_name_km,
        "family_name": identity.family_name_km,
    }
    first, second = (khmer, latin) if _language(claims_locales, default) == "km" else (latin, khmer)
    untagged = first if first["name"] else second
    return untagged | {f"{name}#km": text for name, text in khmer.items()}


def _language(claims_locales: Sequence[str], default: str) -> str:
    for tag in (*claims_locales, default):
        language = tag.lower().partition("-")[0]
        if language in ("km", "en"):
            return language
    return "en"


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _email(identity: Identity, sub: str, fallback: str) -> dict[str, Value | None]:
    """The address that CamDigiKey vouches for, or a pseudonymous one that nobody does."""
    if identity.email:
        return {"email": identity.email, "email_verified": True}
    if not fallback:
        return {}
    # Applications compare addresses without regard to case, and a sub is not: so a text of its own.
    local = base64.b32encode(hashlib.sha256(sub.encode()).digest()[:15]).decode().lower()
    return {"email": f"{local}@{fallback}", "email_verified": False}


def _ages(birthdate: str, day: date) -> dict[str, Value]:
    """Whether the person has reached each age; who was born on 29 February does so on 1 March."""
    try:
        born = date.fromisoformat(birthdate)
    except ValueError:
        return {}
    if born > day:
        return {}
    age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return {f"age_over_{years}": age >= years for years in _AGES}


def _usable(constant: Constants) -> Values:
    """The constants that may be said: of the person, not of the login, and not empty."""
    return {
        name: _plain(value)
        for name, value in constant.items()
        if _untagged(name) not in _RESERVED and value is not None and value != "" and value != {}
    }


def _plain(value: object) -> Value:
    if isinstance(value, Mapping):
        return {str(name): str(part) for name, part in value.items()}
    return value if isinstance(value, bool | int) else str(value)


def _untagged(name: str) -> str:
    """`name` of `name#km` (OIDC Core §5.2)."""
    return name.partition("#")[0]


def _known_name(name: str) -> str:
    return name if name in _SCOPE_OF else _untagged(name)
