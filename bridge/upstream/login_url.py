"""Whether a login page's address, as CamDigiKey gives it, may be where a browser is sent."""

import re
from urllib.parse import urlsplit

from bridge.errors import UpstreamBroken

MAX_LOGIN_URL = 8192  # characters
# Of an address in a header only what RFC 3986 knows: no blank, no control character, nothing to be quoted.
ADDRESS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
DEFAULT_PORTS = {"https": 443, "http": 80}


def origin_of(address: str) -> str:
    """scheme://host[:port] in small letters, without a usual port; empty for no address of the web."""
    try:
        parts = urlsplit(address)
        scheme, host, port = parts.scheme.lower(), parts.hostname, parts.port
    except ValueError:
        return ""
    if scheme not in DEFAULT_PORTS or not host or not address[len(scheme) :].startswith("://"):
        return ""
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}" + ("" if port in (None, DEFAULT_PORTS[scheme]) else f":{port}")


def check_login_url(url: str, allowed: tuple[str, ...]) -> None:
    """Raises UpstreamBroken, which says what is wrong and nothing of the address.

    `allowed`: origins, or a scheme with its colon for any address of it.
    """
    origin = origin_of(url)
    if len(url) > MAX_LOGIN_URL or not ADDRESS.fullmatch(url) or not origin:
        raise UpstreamBroken("the login page's address is none of the web", operation="login_token")
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise UpstreamBroken("the login page's address has a user in it", operation="login_token")
    if not any(place == origin.partition("//")[0] or origin_of(place) == origin for place in allowed):
        raise UpstreamBroken("the login page is at none of the login_origins", operation="login_token")
