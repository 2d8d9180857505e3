"""How an answer travels: in the query of the redirect_uri, or as a form that the browser posts."""

import re
from urllib.parse import urlencode, urlsplit

from bridge.oidc.respond import AuthorizationResponse


def location(response: AuthorizationResponse) -> str:
    """The redirect_uri with the answer in its query; what was there stays (RFC 6749 §3.1.2)."""
    return with_query(response.redirect_uri, response.params)


def with_query(uri: str, params: tuple[tuple[str, str], ...]) -> str:
    """An address with parameters appended to its query."""
    if not params:
        return uri
    joint = "&" if "?" in uri and not uri.endswith(("?", "&")) else "" if "?" in uri else "?"
    return uri + joint + urlencode(params)


HOST = re.compile(r"[A-Za-z0-9._~:\[\]%-]*")


def origin(uri: str) -> str:
    """The source expression for an address in a Content-Security-Policy: its origin, or its scheme."""
    parts = urlsplit(uri)
    if not HOST.fullmatch(parts.netloc):  # registered addresses have no such letters; a policy would be cut
        return "'none'"
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else f"{parts.scheme}:"
