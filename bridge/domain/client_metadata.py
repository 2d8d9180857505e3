"""Client metadata: a row for each field of domain.Client (RFC 7591 §2 and its extensions).

Everything that handles the fields one by one reads this table: the options of `bridge client`, the checks of
manage, `client show`, the page docs/client-metadata.md. A new field is a field of Client and a row here.
"""

from collections.abc import Mapping
from dataclasses import asdict, fields
from types import MappingProxyType
from typing import Any

from bridge.domain.client import (
    APPLICATION_TYPES,
    AUTH_METHODS,
    GRANT_TYPES,
    NAME_LOCALES,
    SIGNING_ALGS,
    SUBJECT_TYPES,
    TOKEN_FORMATS,
    Client,
    FileOwner,
)
from bridge.domain.metadata_field import Label, MetadataField

RFC_7591 = "RFC 7591 §2"
REGISTRATION = "OIDC Registration §2"
MAX_LIFETIMES: Mapping[str, int] = MappingProxyType(  # seconds
    {"code": 600, "access_token": 86400, "id_token": 86400, "refresh": 366 * 86400}
)

_ROWS = (
    MetadataField(
        "client_id",
        "text",
        "identity",
        Label("លេខសម្គាល់កម្មវិធី", "Client id"),
        "Its id; without it one is made.",
        ("--client-id",),
        "RFC 7591 §3.2.1",
        check="client_id",
        fixed="at_registration",
    ),
    MetadataField(
        "client_name",
        "text",
        "identity",
        Label("ឈ្មោះ", "Name"),
        "Its name, which people see.",
        ("--name",),
        RFC_7591,
        check="client_name",
    ),
    MetadataField(
        "redirect_uris",
        "uris",
        "sign_in",
        Label("អាសយដ្ឋានត្រឡប់ក្រោយចូលប្រើ", "Redirect URIs"),
        "Where people come back to after signing in.",
        ("--redirect-uri",),
        RFC_7591,
        check="redirect_uri",
    ),
    MetadataField(
        "token_endpoint_auth_method",
        "choice",
        "credentials_and_tokens",
        Label("របៀបផ្ទៀងផ្ទាត់កម្មវិធី", "Authentication method"),
        "How it proves itself; none: public.",
        ("--auth-method",),
        RFC_7591,
        choices=AUTH_METHODS,
    ),
    MetadataField(
        "secret_hashes",
        "secrets",
        "credentials_and_tokens",
        Label("សោសម្ងាត់ដែលកំពុងប្រើ", "Live secrets"),
        "Shown as `live_secrets`, their number; `rotate-secret` makes a new one, and two live at a time.",
        fixed="by_us",
    ),
    MetadataField(
        "application_type",
        "choice",
        "sign_in",
        Label("ប្រភេទកម្មវិធី", "Application type"),
        "native: on a phone or a desktop.",
        ("--application-type",),
        REGISTRATION,
        choices=APPLICATION_TYPES,
    ),
    MetadataField(
        "grant_types",
        "choices",
        "credentials_and_tokens",
        Label("ប្រភេទការអនុញ្ញាត", "Grant types"),
        "What it may use at the token endpoint.",
        ("--grant-type",),
        RFC_7591,
        choices=GRANT_TYPES,
    ),
    MetadataField(
        "scope",
        "words",
        "data_and_consent",
        Label("វិសាលភាពទិន្នន័យ", "Scope"),
        "What it may ask for.",
        ("--scope",),
        RFC_7591,
        check="scope",
    ),
    MetadataField(
        "claims",
        "words",
        "data_and_consent",
        Label("ព័ត៌មានដែលអាចទទួលបាន", "Claims"),
        "Allow-list of claims; without it, all that its scopes hold.",
        ("--claim",),
        check="claims",
    ),
    MetadataField(
        "require_pkce",
        "switch",
        "credentials_and_tokens",
        Label("តម្រូវឱ្យប្រើ PKCE", "PKCE required"),
        "Whether it has to use PKCE.",
        ("--require-pkce/--no-require-pkce",),
    ),
    MetadataField(
        "skip_consent",
        "switch",
        "data_and_consent",
        Label("មិនសួរការយល់ព្រម", "Without asking for consent"),
        "The institution's own: people agreed beforehand.",
        ("--skip-consent/--ask-consent",),
    ),
    MetadataField(
        "skip_login_page",
        "switch",
        "sign_in",
        Label("រំលងទំព័រចូលប្រើ", "Without the sign-in page"),
        "Go on to CamDigiKey without a page before (v3).",
        ("--skip-login-page/--show-login-page",),
    ),
    MetadataField(
        "popups",
        "switch",
        "sign_in",
        Label("ចូលប្រើក្នុងបង្អួចលោត", "Pop-ups"),
        "It signs people in in a pop-up (signinPopup).",
        ("--popups/--no-popups",),
    ),
    MetadataField(
        "subject_type",
        "choice",
        "data_and_consent",
        Label("ប្រភេទលេខសម្គាល់បុគ្គល", "Subject type"),
        "pairwise: a sub of its own.",
        ("--subject-type",),
        REGISTRATION,
        choices=SUBJECT_TYPES,
    ),
    MetadataField(
        "sector_identifier",
        "text",
        "data_and_consent",
        Label("វិស័យនៃលេខសម្គាល់បុគ្គល", "Sector identifier"),
        "What people's sub hangs on, for good; else the redirect URIs' host.",
        ("--sector",),
        fixed="once_set",
    ),
    MetadataField(
        "id_token_signed_response_alg",
        "choice",
        "credentials_and_tokens",
        Label("ក្បួនហត្ថលេខាលើ ID token", "ID token's alg"),
        "What signs its ID tokens.",
        ("--id-token-alg",),
        REGISTRATION,
        choices=SIGNING_ALGS,
    ),
    MetadataField(
        "access_token_format",
        "choice",
        "credentials_and_tokens",
        Label("ទម្រង់ access token", "Access token's format"),
        "at+jwt: RFC 9068.",
        ("--access-token-format",),
        choices=TOKEN_FORMATS,
    ),
    MetadataField(
        "claims_in_id_token",
        "switch",
        "data_and_consent",
        Label("ដាក់ព័ត៌មានក្នុង ID token", "Claims in the ID token"),
        "For products without userinfo.",
        ("--claims-in-id-token/--claims-in-userinfo",),
    ),
    MetadataField(
        "email_fallback_domain",
        "text",
        "data_and_consent",
        Label("ដែនអ៊ីមែលជំនួស", "Domain of stand-in addresses"),
        "Domain of a pseudonymous address for people without one.",
        ("--email-fallback",),
        check="email_domain",
    ),
    MetadataField(
        "name_locale",
        "choice",
        "data_and_consent",
        Label("ភាសានៃឈ្មោះ", "Language of names"),
        "The language of names without a tag.",
        ("--name-locale",),
        choices=NAME_LOCALES,
    ),
    MetadataField(
        "national_id_purpose",
        "text",
        "data_and_consent",
        Label("គោលបំណងនៃលេខអត្តសញ្ញាណ", "Purpose of the national number"),
        "What the national number is needed for.",
        ("--national-id-purpose",),
    ),
    MetadataField(
        "post_logout_redirect_uris",
        "uris",
        "sign_out",
        Label("អាសយដ្ឋានក្រោយចាកចេញ", "Addresses after signing out"),
        "Where people go after signing out.",
        ("--post-logout-redirect-uri",),
        "OIDC RP-Initiated Logout §3.1",
        check="post_logout_uri",
    ),
    MetadataField(
        "backchannel_logout_uri",
        "uri",
        "sign_out",
        Label("អាសយដ្ឋានទទួលដំណឹងចាកចេញ", "Back-channel logout address"),
        "Where it hears that a person's sign-in has ended.",
        ("--backchannel-logout-uri",),
        "OIDC Back-Channel Logout §2.2",
        check="https",
    ),
    MetadataField(
        "backchannel_logout_session_required",
        "switch",
        "sign_out",
        Label("ដំណឹងត្រូវបញ្ជាក់លេខវគ្គ", "Session named when signing out"),
        "Whether what it hears has to name the session (sid).",
        ("--backchannel-logout-session-required/--backchannel-logout-session-optional",),
        "OIDC Back-Channel Logout §2.2",
    ),
    MetadataField(
        "form_action_origins",
        "origins",
        "sign_in",
        Label("ប្រភពដែលបញ្ជូនបន្ត", "Origins it redirects on to"),
        "Where its redirect URI redirects on to, as an origin.",
        ("--form-action-origin",),
        check="origin",
    ),
    MetadataField(
        "allowed_origins",
        "origins",
        "credentials_and_tokens",
        Label("ប្រភពដែលអាចហៅបាន", "Allowed origins"),
        "Pages that may call token and userinfo (CORS).",
        ("--allowed-origin",),
        check="origin",
    ),
    MetadataField(
        "client_uri",
        "uri",
        "look",
        Label("ទំព័រដើម", "Home page"),
        "Its home page: the way back from an error.",
        ("--client-uri",),
        RFC_7591,
        check="https",
    ),
    MetadataField(
        "logo_uri",
        "uri",
        "look",
        Label("រូបសញ្ញា", "Logo"),
        "Its logo.",
        ("--logo-uri",),
        RFC_7591,
        check="https",
    ),
    MetadataField(
        "policy_uri",
        "uri",
        "look",
        Label("គោលការណ៍ឯកជនភាព", "Privacy policy"),
        "Its privacy policy.",
        ("--policy-uri",),
        RFC_7591,
        check="https",
    ),
    MetadataField(
        "tos_uri",
        "uri",
        "look",
        Label("លក្ខខណ្ឌប្រើប្រាស់", "Terms of use"),
        "Its terms of service.",
        ("--tos-uri",),
        RFC_7591,
        check="https",
    ),
    MetadataField(
        "initiate_login_uri",
        "uri",
        "sign_in",
        Label("អាសយដ្ឋានចាប់ផ្ដើមចូលប្រើ", "Where a sign-in begins"),
        "Where it begins a sign-in by itself.",
        ("--initiate-login-uri",),
        REGISTRATION,
        check="https",
    ),
    MetadataField(
        "default_max_age",
        "seconds",
        "sign_in",
        Label("រយៈពេលមុនសួរចូលប្រើម្ដងទៀត", "Longest age of a sign-in"),
        "After that long a sign-in is asked for again.",
        ("--default-max-age",),
        REGISTRATION,
    ),
    MetadataField(
        "connector",
        "text",
        "sign_in",
        Label("គណនី CamDigiKey", "CamDigiKey account"),
        "The CamDigiKey account that its people sign in by; without it the first.",
        ("--connector",),
        check="connector",
    ),
    MetadataField(
        "enabled",
        "switch",
        "identity",
        Label("អនុញ្ញាតឱ្យដំណើរការ", "Enabled"),
        "Whether it is let in; `disable` and `enable` change it.",
        fixed="by_us",
    ),
    MetadataField(
        "client_id_issued_at",
        "seconds",
        "identity",
        Label("ថ្ងៃចុះបញ្ជី", "Registered at"),
        "When it was registered, in seconds since 1970.",
        standard="RFC 7591 §3.2.1",
        fixed="by_us",
    ),
    MetadataField(
        "lifetimes",
        "lifetimes",
        "credentials_and_tokens",
        Label("រយៈពេលសុពលភាព", "Lifetimes"),
        "Its own lifetimes: code, access_token, id_token, refresh.",
        ("--lifetime",),
    ),
    MetadataField(
        "managed_by",
        "owner",
        "identity",
        Label("ឯកសារដែលគ្រប់គ្រង", "Managed by"),
        "The set of the file that owns it; `apply` sets it, and `edit --take-over` ends it.",
        fixed="by_us",
    ),
)
CLIENT_METADATA: Mapping[str, MetadataField] = MappingProxyType({row.name: row for row in _ROWS})

OPTIONAL = frozenset(part.name for part in fields(Client) if part.default is None)  # these may be None


def as_metadata(client: Client) -> dict[str, Any]:
    """A client as values for JSON (RFC 7591 §3.2.1): scope as one text, of the secrets only their number."""
    shown = {name: _as_json(getattr(client, name)) for name in CLIENT_METADATA if name != "secret_hashes"}
    return shown | {"scope": " ".join(client.scope), "live_secrets": len(client.secret_hashes)}


def _as_json(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, FileOwner):
        return {name: _as_json(part) for name, part in asdict(value).items()}
    return dict(value) if isinstance(value, Mapping) else value
