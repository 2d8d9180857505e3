"""What the proxy before us does otherwise than it should: lines in the log that say how to mend it.

Nothing is refused for that. Each fault is told once in a while, so that a stranger who makes one up leaves a
line and no more.
"""

import ipaddress
from urllib.parse import SplitResult

from flask import Request

from bridge.ops.logs import logger
from bridge.ports.basics import Clock
from bridge.web.client_address import ClientAddress

AGAIN_AFTER = 600  # seconds, in one process
HINTS = {
    "unknown_proxy": "server.trusted_proxies does not name the proxy at this address, so what it says of"
    " people's addresses does not count: all of them are one.",
    "no_proxy": "Requests come without a proxy's headers, though the issuer is https: set X-Forwarded-For and"
    " X-Forwarded-Proto, and name the proxy in server.trusted_proxies.",
    "address_missing": "The proxy sends no X-Forwarded-For: all people count as its one address."
    " (nginx: proxy_set_header X-Forwarded-For $remote_addr;)",
    "scheme_missing": "The proxy sends no X-Forwarded-Proto: whether people come by https can't be seen."
    " (nginx: proxy_set_header X-Forwarded-Proto $scheme;)",
    "plain_http": "People come by plain http, or the proxy says so: send them on to https, and where TLS ends"
    " before the proxy, let it hand on X-Forwarded-Proto.",
    "address_unreadable": "The proxy's X-Forwarded-For ends with no address: such requests are answered 400.",
}
LOST_PORT = "The proxy drops the port of Host. (nginx: proxy_set_header Host $http_host; in place of $host)"
OTHER_PORT = "The issuer is the address that browsers show, with the proxy's port and not the bridge's."
OWN_HOST = (
    "The proxy sends a Host of its own in place of the browser's."
    " (nginx: proxy_set_header Host $http_host; Apache: ProxyPreserveHost On)"
)


class ProxyHints:
    """Looks at the requests of one app. `secure`: whether the issuer is https, so that a proxy has to be."""

    def __init__(self, address: ClientAddress, clock: Clock, *, secure: bool) -> None:
        self._address = address
        self._clock = clock
        self._secure = secure
        self._told: dict[str, float] = {}  # when, by fault

    def look(self, request: Request) -> None:
        """Tell what its head shows."""
        if self._secure and (fault := self._fault(request)):
            self.tell(fault, request.remote_addr or "")

    def tell(self, fault: str, peer: str) -> None:
        """Write its line, if that has not been done a short while ago."""
        now = self._clock()
        if abs(now - self._told.get(fault, 0)) >= AGAIN_AFTER:
            self._told[fault] = now
            logger().warning("proxy.suspect", fault=fault, peer=_shown(peer), hint=HINTS[fault])

    def _fault(self, request: Request) -> str | None:
        environ = request.environ
        scheme, address = environ.get("HTTP_X_FORWARDED_PROTO"), environ.get("HTTP_X_FORWARDED_FOR")
        if not self._address.is_proxy(request.remote_addr or ""):
            return "unknown_proxy" if scheme or address else "no_proxy"
        if not address:
            return "address_missing"
        if not scheme:
            return "scheme_missing"
        return None if scheme == "https" or _first(scheme) == "https" else "plain_http"


def host_hint(issuer: SplitResult, host: str, forwarded_host: str) -> str:
    """Why a Host may not be the issuer's, and what mends it; empty where nothing can be said.

    `host`, `forwarded_host`: of the headers Host and X-Forwarded-Host, in small letters.
    """
    name = issuer.hostname or ""
    if host == name:
        return LOST_PORT
    if host.rpartition(":")[0] == name:
        return OTHER_PORT
    if forwarded_host.rpartition(",")[2].strip() == issuer.netloc or _is_own(host):
        return OWN_HOST
    return ""


def _is_own(host: str) -> bool:
    """Whether it is an address or a bare name, by which a proxy calls what is behind it."""
    bare = host.rpartition(":")[0] or host
    return _address_of(bare) is not None or "." not in bare


def _shown(peer: str) -> str:
    """An address inside, which may be a proxy's; a public one is somebody's, and no log's."""
    address = _address_of(peer)
    return "public" if address is None or address.is_global else peer


def _address_of(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None


def _first(value: str) -> str:
    """What the first proxy of several said: the one that the browser spoke to."""
    return value.partition(",")[0].strip().lower()
