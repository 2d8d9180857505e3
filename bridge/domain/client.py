"""A Client: one registered relying party (RFC 7591 §2 names the fields where it can)."""

from dataclasses import dataclass, field

SKEW = 30  # seconds by which clocks may differ (DESIGN §6.14)
PUBLIC = "none"
CLIENT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", PUBLIC)
SIGNING_ALGS = ("RS256", "ES256", "PS256", "EdDSA")
GRANT_TYPES = ("authorization_code", "refresh_token")
PAIRWISE, PUBLIC_SUBJECT = "pairwise", "public"


@dataclass(frozen=True, slots=True)
class Client:
    """One relying party. URIs are kept as registered and compared as exact strings."""

    client_id: str
    name: str
    redirect_uris: tuple[str, ...]
    token_endpoint_auth_method: str = "client_secret_basic"  # or client_secret_post, or none (public)
    secret_hashes: tuple[str, ...] = ()  # keyed hashes, newest first; two may live at a time
    application_type: str = "web"  # native: loopback addresses of any port, private-use schemes (RFC 8252)
    grant_types: tuple[str, ...] = ("authorization_code",)
    scopes: tuple[str, ...] = ("openid", "profile", "email", "phone")  # what it may ask for
    claims: tuple[str, ...] | None = None  # allow-list of claim names; None: whatever its scopes hold
    require_pkce: bool = True  # a public client always has to
    skip_consent: bool = False  # the institution's own application: its use is agreed beforehand
    straight_on: bool = False  # no page before CamDigiKey (v3 only, DESIGN §6.3)
    subject_type: str = PAIRWISE
    sector: str = ""  # fixed when the client is made, never recomputed (OIDC Core §8.1)
    id_token_signed_response_alg: str = "RS256"
    access_token_format: str = "opaque"  # or "at+jwt" (RFC 9068)
    claims_in_id_token: bool = False
    email_fallback: str = ""  # domain of the pseudonymous address of people without one; empty: omit
    name_locale: str = "en"  # which language the untagged name claims take when the request asks for none
    national_id_purpose: str = ""  # written purpose, without which the scope national_id is forbidden
    post_logout_redirect_uris: tuple[str, ...] = ()
    onward_origins: tuple[str, ...] = ()  # where its redirect_uri redirects on to (form-action)
    allowed_origins: tuple[str, ...] = ()  # CORS at token and userinfo
    client_uri: str = ""
    logo_uri: str = ""
    policy_uri: str = ""
    tos_uri: str = ""
    initiate_login_uri: str = ""
    default_max_age: int | None = None
    enabled: bool = True
    created_at: int = 0  # epoch seconds
    lifetimes: dict[str, int] = field(default_factory=dict)  # seconds that differ from the settings, by name

    @property
    def public(self) -> bool:
        """Whether it has no secret to prove itself with (RFC 6749 §2.1)."""
        return self.token_endpoint_auth_method == PUBLIC

    def existed_at(self, instant: int) -> bool:
        """Whether what was given then was given to this client, and not to an earlier one of the same id."""
        return instant + SKEW >= self.created_at

    def check_grant_type(self, grant_type: str) -> bool:
        """Whether it may use this grant type; the name is Authlib's, which asks."""
        return grant_type in self.grant_types

    @property
    def way_back(self) -> str:
        """The address that a page which may not redirect offers as the way back; may be empty."""
        return self.initiate_login_uri or self.client_uri
