"""Whether a Client can be registered as it is: every fault at once, a sentence each."""

import re
from collections.abc import Callable, Iterable, Iterator

from bridge.domain.claims import CONSTANT_CLAIMS, SUPPORTED_CLAIMS, scopes_supported
from bridge.domain.client import (
    CLIENT_AUTH_METHODS,
    GRANT_TYPES,
    PAIRWISE,
    PUBLIC_SUBJECT,
    SIGNING_ALGS,
    Client,
)
from bridge.errors import BridgeError
from bridge.manage.addresses import origin_fault, page_fault, redirect_uri_fault, sectors

__all__ = [
    "APPLICATION_TYPES",
    "CLIENT_AUTH_METHODS",
    "GRANT_TYPES",
    "LOCALES",
    "SIGNING_ALGS",
    "SUBJECT_TYPES",
    "TOKEN_FORMATS",
    "ClientFaults",
    "check",
]

CLIENT_ID = re.compile(r"[A-Za-z0-9._~-]{1,100}")  # letters that no way of sending it changes
DOMAIN = re.compile(r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
LIFETIMES = {"code": 600, "access_token": 86400, "id_token": 86400, "refresh": 366 * 86400}  # most seconds
CONSTANT_SCOPES = ("address",)  # filled by constants of the settings alone
APPLICATION_TYPES = ("web", "native")
SUBJECT_TYPES = (PAIRWISE, PUBLIC_SUBJECT)
TOKEN_FORMATS = ("opaque", "at+jwt")
LOCALES = ("en", "km")
LONGEST_NAME = 100
MOST = 50  # entries of a list


class ClientFaults(BridgeError):
    """The client can't be registered; `faults` holds a sentence for each reason."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def check(client: Client) -> None:
    """Raises ClientFaults with all that is wrong."""
    faults = tuple(dict.fromkeys(fault for one in CHECKS for fault in one(client)))
    if faults:
        raise ClientFaults(faults)


def _identity(client: Client) -> Iterator[str]:
    if not CLIENT_ID.fullmatch(client.client_id):
        yield "The client id has 1 to 100 letters out of A-Z a-z 0-9 . _ ~ -."
    if not client.name.strip() or len(client.name) > LONGEST_NAME or not client.name.isprintable():
        yield f"The name, which people see, has 1 to {LONGEST_NAME} printable letters."


def _words(client: Client) -> Iterator[str]:
    yield from _one_of("auth method", client.token_endpoint_auth_method, CLIENT_AUTH_METHODS)
    yield from _one_of("application type", client.application_type, APPLICATION_TYPES)
    yield from _one_of("subject type", client.subject_type, SUBJECT_TYPES)
    yield from _one_of("ID token's alg", client.id_token_signed_response_alg, SIGNING_ALGS)
    yield from _one_of("access token's format", client.access_token_format, TOKEN_FORMATS)
    yield from _one_of("name locale", client.name_locale, LOCALES)
    for grant_type in client.grant_types:
        yield from _one_of("grant type", grant_type, GRANT_TYPES)
    for scope in client.scopes:
        yield from _one_of("scope", scope, scopes_supported({}) + CONSTANT_SCOPES)
    for claim in client.claims or ():
        yield from _one_of("claim", claim, sorted(SUPPORTED_CLAIMS | CONSTANT_CLAIMS))


def _one_of(what: str, value: str, known: Iterable[str]) -> Iterator[str]:
    known = tuple(known)
    if value not in known:
        yield f"{value!r} is no {what}; there are {', '.join(known)}."


def _combinations(client: Client) -> Iterator[str]:
    if "authorization_code" not in client.grant_types:
        yield "Without the grant type authorization_code nobody could sign in."
    if "openid" not in client.scopes:
        yield "Without the scope openid there is no sign-in (OIDC Core §3.1.2.1)."
    if "offline_access" in client.scopes and "refresh_token" not in client.grant_types:
        yield "The scope offline_access needs the grant type refresh_token."
    if client.public and not client.require_pkce:
        yield "A client without a secret has to use PKCE (RFC 9700 §2.1.1)."
    if client.application_type == "native" and not client.public:
        yield "A native application can't keep a secret: its auth method is none (RFC 8252 §8.5)."
    if "national_id" in client.scopes and not client.national_id_purpose.strip():
        yield "The scope national_id needs --national-id-purpose: what the number is needed for, in writing."
    if client.email_fallback and not DOMAIN.fullmatch(client.email_fallback):
        yield f"{client.email_fallback!r} is no domain for pseudonymous addresses (people.example.gov.kh)."


def _addresses(client: Client) -> Iterator[str]:
    native = client.application_type == "native"
    if not client.redirect_uris:
        yield "At least one redirect URI is needed: where people come back to after signing in."
    for uri in (*client.redirect_uris, *client.post_logout_redirect_uris):
        yield from _said(redirect_uri_fault(uri, native=native))
    pages = (client.client_uri, client.logo_uri, client.policy_uri, client.tos_uri, client.initiate_login_uri)
    for uri in filter(None, pages):
        yield from _said(page_fault(uri))
    for origin in (*client.allowed_origins, *client.onward_origins):
        yield from _said(origin_fault(origin))


def _said(fault: str) -> Iterator[str]:
    if fault:
        yield fault


def _sector(client: Client) -> Iterator[str]:
    """Fixed once, because every `sub` hangs on it (OIDC Core §8.1)."""
    if client.subject_type == PAIRWISE and not client.sector:
        hosts = ", ".join(sectors(client.redirect_uris))
        yield (
            f"The redirect URIs are on several hosts ({hosts}): choose with --sector the name that"
            " people's sub hangs on, for good. Applications of one sector share it."
        )


def _limits(client: Client) -> Iterator[str]:
    for name, seconds in client.lifetimes.items():
        most = LIFETIMES.get(name)
        if most is None:
            yield f"{name!r} is no lifetime of a client; there are {', '.join(LIFETIMES)}."
        elif not 1 <= seconds <= most:
            yield f"The lifetime {name} has 1 to {most} seconds."
    if client.default_max_age is not None and client.default_max_age < 0:
        yield "The default max_age is 0 seconds or more."
    for listed in (client.redirect_uris, client.post_logout_redirect_uris, client.allowed_origins):
        if len(listed) > MOST:
            yield f"A client has at most {MOST} addresses of a kind."


CHECKS: tuple[Callable[[Client], Iterator[str]], ...] = (
    _identity,
    _addresses,
    _sector,
    _words,
    _combinations,
    _limits,
)
