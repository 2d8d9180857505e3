"""The tables: a row per scope, and a row per claim (DESIGN §7).

A claim without a source gets its value in another place: a claim of the login from the code that makes the
token, a claim of the person only from a constant in the settings.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from bridge.domain.claims import contact
from bridge.domain.claims.ages import ZONE, age_over
from bridge.domain.claims.facts import Source
from bridge.domain.claims.names import in_khmer, untagged

# The lines of the consent page, in its order; web/shares has their words.
Line = Literal[
    "identifier",
    "name",
    "gender",
    "birthdate",
    "language",
    "email",
    "phone",
    "nationality",
    "camdigikey_id",
    "national_id",
    "age",
    "roles",  # what the client itself says of the person
    "constant",  # what this institution says of everybody
    "offline",
]
LINES: tuple[Line, ...] = get_args(Line)


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope that this provider defines. Those that a client defines for itself are in its registration."""

    name: str
    person: bool = True  # about a person: a client can't have it for itself (RFC 6749 §4.4)
    constant: bool = False  # all its claims are constants: announced where the settings have some
    line: Line | None = None  # its own line on the consent page, beside those of its claims


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim: its scope, its line on the consent page, and the function that computes its value."""

    name: str
    scope: str
    line: Line | None  # None for the login's alone
    source: Source | None
    about: Literal["person", "login"] = "person"
    constant: bool = True  # whether a constant may stand in where the source gives nothing


def _scopes(*rows: Scope) -> Mapping[str, Scope]:
    return MappingProxyType({row.name: row for row in rows})


ALWAYS = "openid"  # the scope that every request of a person has
SCOPES = _scopes(
    Scope(ALWAYS),
    Scope("profile"),
    Scope("email"),
    Scope("phone"),
    Scope("nationality"),
    Scope("camdigikey_id"),
    Scope("national_id"),
    Scope("age"),
    Scope("roles"),
    Scope("offline_access", line="offline"),
    Scope("address", constant=True, line="constant"),
)
PERSON_SCOPES = frozenset(scope.name for scope in SCOPES.values() if scope.person)


def _login(*names: str) -> tuple[Claim, ...]:
    return tuple(Claim(name, ALWAYS, None, None, about="login", constant=False) for name in names)


def _constant(scope: str, *names: str) -> tuple[Claim, ...]:
    """Standard claims that CamDigiKey knows nothing of (OIDC Core §5.4); a constant may fill them."""
    return tuple(Claim(name, scope, "constant", None) for name in names)


def _claims(rows: Iterable[Claim]) -> Mapping[str, Claim]:
    return MappingProxyType({row.name: row for row in rows})


CLAIMS = _claims(
    (
        Claim("sub", ALWAYS, "identifier", lambda facts: facts.person.sub, constant=False),
        Claim("preferred_username", "profile", "identifier", lambda facts: facts.person.sub),
        Claim("name", "profile", "name", lambda facts: untagged(facts).whole),
        Claim("given_name", "profile", "name", lambda facts: untagged(facts).given),
        Claim("family_name", "profile", "name", lambda facts: untagged(facts).family),
        Claim("name#km", "profile", "name", lambda facts: in_khmer(facts).whole),
        Claim("given_name#km", "profile", "name", lambda facts: in_khmer(facts).given),
        Claim("family_name#km", "profile", "name", lambda facts: in_khmer(facts).family),
        Claim("gender", "profile", "gender", lambda facts: facts.identity.gender),
        Claim("birthdate", "profile", "birthdate", lambda facts: facts.identity.birthdate),
        # It is about our record rather than the person, so it has no line of its own.
        Claim("updated_at", "profile", "identifier", lambda facts: facts.person.subject.updated_at),
        Claim("locale", "profile", "language", contact.locale),
        Claim("zoneinfo", "profile", "language", lambda facts: ZONE),
        Claim("email", "email", "email", contact.email),
        Claim("email_verified", "email", "email", contact.email_verified),
        Claim("phone_number", "phone", "phone", lambda facts: facts.identity.phone_number),
        Claim("phone_number_verified", "phone", "phone", contact.phone_number_verified),
        Claim("nationality", "nationality", "nationality", lambda facts: facts.identity.nationality),
        Claim("camdigikey_id", "camdigikey_id", "camdigikey_id", lambda facts: facts.identity.camdigikey_id),
        Claim("personal_code", "national_id", "national_id", lambda facts: facts.identity.personal_code),
        Claim("age_over_16", "age", "age", age_over(16)),
        Claim("age_over_18", "age", "age", age_over(18)),
        Claim("age_over_21", "age", "age", age_over(21)),
        Claim("roles", "roles", "roles", lambda facts: list(facts.person.roles) or None, constant=False),
        *_constant("profile", "middle_name", "nickname", "profile", "picture", "website"),
        *_constant("address", "address"),
        *_login("iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"),
    )
)
PERSONAL = frozenset(claim.name for claim in CLAIMS.values() if claim.source)
# About the login rather than the person: in every ID token, and never a constant.
LOGIN_CLAIMS = tuple(claim.name for claim in CLAIMS.values() if claim.about == "login")
SUPPORTED_CLAIMS = PERSONAL | frozenset(LOGIN_CLAIMS)  # announced whatever the settings say
# Claims that other tokens have: a constant of that name could be mistaken for them.
_RESERVED = ("azp", "nbf", "jti", "c_hash", "client_id", "scope")
NEVER_CONSTANT = frozenset(_RESERVED) | {claim.name for claim in CLAIMS.values() if not claim.constant}


def personal_claims(scope: str) -> tuple[str, ...]:
    """The claims of a scope whose values come from the person's identity, not from constants."""
    return _PERSONAL_OF.get(scope, ())


_PERSONAL_OF = {
    scope: tuple(name for name, claim in CLAIMS.items() if claim.source and claim.scope == scope)
    for scope in SCOPES
}


def row_of(name: str) -> Claim | None:
    """The row of a claim, also of one with a language tag: `nickname#km` (OIDC Core §5.2)."""
    return CLAIMS.get(name) or CLAIMS.get(untag(name))


def untag(name: str) -> str:
    """`name` of `name#km`."""
    return name.partition("#")[0]
