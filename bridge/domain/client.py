"""A Client: a registered relying party. Its fields have the names of RFC 7591 §2 and its extensions.

How each field is labelled, chosen and checked is in `client_metadata`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from bridge.domain.ids import ClientId, ConnectorId
from bridge.domain.metadata_field import Group
from bridge.domain.policy import CLOCK_SKEW

AuthMethod = Literal["client_secret_basic", "client_secret_post", "none"]
ApplicationType = Literal["web", "native"]
GrantType = Literal["authorization_code", "refresh_token", "client_credentials"]
SubjectType = Literal["pairwise", "public"]
SigningAlg = Literal["RS256", "ES256", "PS256", "EdDSA"]
TokenFormat = Literal["opaque", "at+jwt"]
NameLocale = Literal["en", "km"]
Access = Literal["everyone", "listed"]  # listed: domain.client_people

PUBLIC: AuthMethod = "none"
AUTH_METHODS: tuple[AuthMethod, ...] = get_args(AuthMethod)
APPLICATION_TYPES: tuple[ApplicationType, ...] = get_args(ApplicationType)
GRANT_TYPES: tuple[GrantType, ...] = get_args(GrantType)
SUBJECT_TYPES: tuple[SubjectType, ...] = get_args(SubjectType)
SIGNING_ALGS: tuple[SigningAlg, ...] = get_args(SigningAlg)
TOKEN_FORMATS: tuple[TokenFormat, ...] = get_args(TokenFormat)
NAME_LOCALES: tuple[NameLocale, ...] = get_args(NameLocale)
ACCESS: tuple[Access, ...] = get_args(Access)


@dataclass(frozen=True, slots=True)
class FileOwner:
    """The file that owns a client's registration, by its set's name (`bridge client apply`).

    Whoever else wants to change what the file says takes the registration over first.
    """

    set_name: str
    unmanaged: tuple[Group, ...] = ()  # the groups of fields that the file leaves to others
    secret_version: int | None = None  # the number that the file gave the secret that it last set
    pruned_at: int | None = None  # epoch seconds: disabled then, because the file named it no more


@dataclass(frozen=True, slots=True)
class Client:
    """A relying party. URIs are kept as registered and compared as exact strings (RFC 9700 §2.1)."""

    client_id: ClientId
    client_name: str
    redirect_uris: tuple[str, ...]
    token_endpoint_auth_method: AuthMethod = "client_secret_basic"
    secret_hashes: tuple[str, ...] = ()  # keyed hashes, newest first; two may live at a time
    application_type: ApplicationType = "web"  # native: loopback addresses of any port (RFC 8252)
    grant_types: tuple[GrantType, ...] = ("authorization_code",)
    scope: tuple[str, ...] = ("openid", "profile", "email", "phone")  # what it may ask for
    claims: tuple[str, ...] | None = None  # allow-list of claim names; None: whatever its scopes hold
    require_pkce: bool = True  # a public client always has to use it
    skip_consent: bool = False  # the institution's own application: its use is agreed beforehand
    skip_login_page: bool = False  # go on to CamDigiKey without a page before (v3 only, DESIGN §6.3)
    access: Access = "everyone"  # who may sign in to it
    access_contact: str | None = None  # whom people may ask who are not let in, as a page shows it
    popups: bool = False  # it opens us in a pop-up, and keeps hold of that window (DESIGN §6.20)
    subject_type: SubjectType = "pairwise"
    sector_identifier: str | None = None  # fixed when the client is made, never recomputed (OIDC Core §8.1)
    id_token_signed_response_alg: SigningAlg = "RS256"
    access_token_format: TokenFormat = "opaque"  # at+jwt: RFC 9068
    claims_in_id_token: bool = False
    email_fallback_domain: str | None = None  # of pseudonymous addresses for people without one; None: omit
    name_locale: NameLocale = "en"  # the language of untagged names when the request asks for none
    national_id_purpose: str | None = None  # in writing; without it the scope national_id is forbidden
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str | None = None  # told when a Session ends (OIDC Back-Channel Logout §2.2)
    backchannel_logout_session_required: bool = False  # its logout tokens have to name the sid
    form_action_origins: tuple[str, ...] = ()  # where its redirect_uri redirects on to (CSP form-action)
    allowed_origins: tuple[str, ...] = ()  # CORS at the endpoints that its pages call
    client_uri: str | None = None
    client_name_km: str | None = None  # client_name#km (RFC 7591 §2.2); None: the same in both languages
    logo_uri: str | None = None
    colour: str | None = None  # #rrggbb of its pages; None: the institution's
    policy_uri: str | None = None
    tos_uri: str | None = None
    initiate_login_uri: str | None = None
    default_max_age: int | None = None  # seconds
    connector: ConnectorId | None = None  # the CamDigiKey account its people sign in by; None: the first
    enabled: bool = True
    pause_km: str | None = None  # what people are told while it is not enabled, in Khmer …
    pause_en: str | None = None  # … and in English
    client_id_issued_at: int = 0  # epoch seconds
    lifetimes: Mapping[str, int] = field(default_factory=dict)  # seconds that differ from the settings
    managed_by: FileOwner | None = None  # None: whoever may edit it

    @property
    def public(self) -> bool:
        """Whether it has no secret to authenticate with (RFC 6749 §2.1)."""
        return self.token_endpoint_auth_method == PUBLIC

    def name_in(self, language: str) -> str:
        """Its name in a language of ours, as people see it."""
        return (self.client_name_km if language == "km" else None) or self.client_name

    @property
    def pause_texts(self) -> Mapping[str, str]:
        """What people are told while it is not enabled, by language; empty while it is, or without a text.

        Where it is written in one language alone, that text stands for both.
        """
        either = self.pause_km or self.pause_en
        if self.enabled or not either:
            return {}
        return {"km": self.pause_km or either, "en": self.pause_en or either}

    @property
    def way_back(self) -> str | None:
        """Where a page may link back to: where a sign-in begins anew, or its home page; None without."""
        return self.initiate_login_uri or self.client_uri

    def existed_at(self, instant: int) -> bool:
        """Whether a token of that time (epoch seconds) was issued to this client.

        If not, it belonged to an earlier client of the same id that was deleted.
        """
        return instant + CLOCK_SKEW >= self.client_id_issued_at

    def check_grant_type(self, grant_type: str) -> bool:
        """Whether it may use this grant type; Authlib calls this method by this name."""
        return grant_type in self.grant_types

    def lifetime(self, name: str, default: int) -> int:
        """The client's own lifetime of that name in seconds, else `default`."""
        return self.lifetimes.get(name, default)
