"""The endpoints, a row each. A new endpoint is a row here and a view (web/views).

Read from here: routes and 405 (web/routes), discovery, whether an error is a page or JSON, CORS, caching, the
largest body, which GETs do something (so that HEAD and prefetch may not), and which POSTs are our own forms.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

HttpMethod = Literal["GET", "POST"]
Audience = Literal["person", "client", "resource", "probe", "document"]
Cors = Literal["none", "registered", "anyone"]  # registered: the origins of the client it concerns
WELL_KNOWN = "/.well-known/"
MAX_TOKEN_FORM = 16384  # bytes of a form that holds one token and its client's proof
NOT_KEPT = "no-store"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint. `<name>` in a path stands for one part of it, which the view gets as that argument."""

    name: str
    paths: tuple[str, ...]
    methods: tuple[HttpMethod, ...]
    audience: Audience = "person"
    metadata: str | None = None  # its name in discovery (RFC 8414 §2)
    cors: Cors = "none"
    cache_control: str = NOT_KEPT
    max_body: int | None = None  # bytes; None: as the settings say
    get_acts: bool = False  # its GET does something: refused for HEAD and prefetch
    # Its address may hold a secret: refused as an image or frame of a page, and sends no referrer.
    whole_page_only: bool = False
    csrf: bool = False  # its POST is a form of a page of ours, and of this browser

    @property
    def speaks_json(self) -> bool:
        """Whether its errors are JSON: applications read them, not people."""
        return self.audience != "person"


GET: tuple[HttpMethod, ...] = ("GET",)
POST: tuple[HttpMethod, ...] = ("POST",)
BOTH: tuple[HttpMethod, ...] = ("GET", "POST")
CALLBACKS = ("/camdigikey/callback", "/camdigikey/<connector>/callback")
ERROR_CALLBACKS = ("/camdigikey/error", "/camdigikey/<connector>/error")
FIVE_MINUTES = "public, max-age=300"
FOR_EVER = "public, max-age=31536000, immutable"  # what is there never changes

ENDPOINTS: tuple[Endpoint, ...] = (
    # A person's browser, sent by an application.
    Endpoint("authorize", ("/authorize",), BOTH, metadata="authorization_endpoint", get_acts=True),
    Endpoint("authorize_form", ("/authorize/form",), GET, get_acts=True),
    Endpoint("logout", ("/logout",), BOTH, metadata="end_session_endpoint", get_acts=True),
    Endpoint("logout_form", ("/logout/form",), GET, get_acts=True),
    Endpoint("logout_confirm", ("/logout/confirm",), POST, csrf=True),
    # The walk of a sign-in.
    Endpoint("login", ("/login",), GET, get_acts=True),
    Endpoint("login_start", ("/login/start",), POST, csrf=True),
    Endpoint("login_cancel", ("/login/cancel",), POST, csrf=True),
    Endpoint("callback", CALLBACKS, GET, get_acts=True, whole_page_only=True),
    Endpoint("callback_error", ERROR_CALLBACKS, GET, get_acts=True, whole_page_only=True),
    Endpoint("confirm", ("/confirm/<key>",), BOTH, get_acts=True, whole_page_only=True, csrf=True),
    Endpoint("confirm_reject", ("/confirm/<key>/no",), POST, whole_page_only=True, csrf=True),
    Endpoint("consent", ("/consent",), POST, csrf=True),
    Endpoint("consent_not_me", ("/consent/not-me",), POST, csrf=True),
    # A person by themselves.
    Endpoint("join", ("/join/<token>",), BOTH, whole_page_only=True, csrf=True),
    Endpoint("joined", ("/joined",), GET, get_acts=True, whole_page_only=True),
    Endpoint("home", ("/",), GET),
    Endpoint("look", ("/look.css",), GET, cache_control="public, max-age=3600"),
    Endpoint("logo", ("/logo/<client_id>/<name>",), GET, "document", cache_control=FOR_EVER),
    # What applications call directly.
    Endpoint("token", ("/token",), POST, "client", "token_endpoint", "registered"),
    Endpoint("userinfo", ("/userinfo",), BOTH, "resource", "userinfo_endpoint", "registered"),
    Endpoint(
        "introspection", ("/introspect",), POST, "client", "introspection_endpoint", max_body=MAX_TOKEN_FORM
    ),
    Endpoint(
        "revocation",
        ("/revoke",),
        POST,
        "client",
        "revocation_endpoint",
        "registered",
        max_body=MAX_TOKEN_FORM,
    ),
    # What everybody may read.
    Endpoint("jwks", ("/jwks",), GET, "document", "jwks_uri", "anyone", FIVE_MINUTES),
    Endpoint(
        "discovery",
        # RFC 8414 §3: the same document at both.
        (WELL_KNOWN + "openid-configuration", WELL_KNOWN + "oauth-authorization-server"),
        GET,
        "document",
        cors="anyone",
        cache_control=FIVE_MINUTES,
    ),
    # The operator's machinery.
    Endpoint("healthz", ("/healthz",), GET, "probe"),
    Endpoint("readyz", ("/readyz",), GET, "probe"),
)
BY_NAME: Mapping[str, Endpoint] = {endpoint.name: endpoint for endpoint in ENDPOINTS}
_JSON_PATHS = tuple(path for endpoint in ENDPOINTS if endpoint.speaks_json for path in endpoint.paths)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"<\w+>", "[^/]+", path))


_BY_PATH = {path: endpoint for endpoint in ENDPOINTS for path in endpoint.paths if "<" not in path}
_PATTERNS = tuple(
    (_pattern(path), endpoint) for endpoint in ENDPOINTS for path in endpoint.paths if "<" in path
)


def endpoint_of(path: str) -> Endpoint | None:
    """The endpoint of a request's path; None where there is none."""
    if found := _BY_PATH.get(path):
        return found
    return next((endpoint for pattern, endpoint in _PATTERNS if pattern.fullmatch(path)), None)


def speaks_json(path: str) -> bool:
    """Whether an error at a path is JSON. It is also for unknown paths that begin as such an endpoint's."""
    return path.startswith((*_JSON_PATHS, WELL_KNOWN))


def addresses(issuer: str) -> dict[str, str]:
    """The public addresses of the endpoints that discovery names, by their names there."""
    return {endpoint.metadata: issuer + endpoint.paths[0] for endpoint in ENDPOINTS if endpoint.metadata}


def url_of(name: str, issuer: str) -> str:
    """The public address of an endpoint that has one path."""
    return issuer + BY_NAME[name].paths[0]
