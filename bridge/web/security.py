"""Cookies, headers, CSRF, and whose request it is: what stands between the browser and the rooms.

Cookies follow the issuer's scheme (DESIGN §6.16): `__Host-bridge_…` and Secure on https, `bridge_…` on http.
"""

import hmac
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Request, g, request
from werkzeug.exceptions import MisdirectedRequest
from werkzeug.wrappers import Response

from bridge.domain.client import Client
from bridge.domain.session import Session
from bridge.domain.token import digest
from bridge.errors import ShownToUser
from bridge.login.support import LastPerson, random_text
from bridge.oidc.response_mode import origin
from bridge.ports import Rate, Services
from bridge.settings import Settings

YEAR = 365 * 86400
PARKED_SHARE = 10  # of the starts that an address may make, one in so many may be as large as that
HOSTLESS = frozenset({"/healthz", "/readyz"})  # probes come by address


@dataclass(frozen=True, slots=True)
class Cookies:
    """The names of our cookies under this issuer, and how they are set."""

    secure: bool

    def name(self, what: str) -> str:
        return ("__Host-bridge_" if self.secure else "bridge_") + what

    def read(self, what: str) -> str:
        return request.cookies.get(self.name(what), "")

    def put(self, response: Response, what: str, value: str, max_age: int | None = None) -> None:
        """Set one; without `max_age` it ends with the browser's session."""
        response.set_cookie(
            self.name(what), value, max_age=max_age, secure=self.secure, httponly=True, samesite="Lax"
        )

    def drop(self, response: Response, what: str) -> None:
        response.delete_cookie(self.name(what), secure=self.secure, httponly=True, samesite="Lax")


class Guard:
    """Everything about a request's origin and a response's headers, for one app."""

    def __init__(self, settings: Settings, services: Services) -> None:
        self.settings = settings
        self.services = services
        self.cookies = Cookies(settings.secure)
        self._host = urlsplit(settings.issuer).netloc
        self._proxies = [ipaddress.ip_network(one) for one in settings.server.trusted_proxies]

    # -- whose request -------------------------------------------------------------------------------

    def check_host(self) -> None:
        """A Host that is not the issuer's is answered 421 (RFC 9110 §15.5.20)."""
        if request.path not in HOSTLESS and request.host.lower() != self._host.lower():
            raise MisdirectedRequest

    def address(self) -> str:
        """The client's address; X-Forwarded-For counts only from proxies named in the settings."""
        hops = [request.remote_addr or ""]
        for line in reversed(request.headers.getlist("X-Forwarded-For")):
            hops += [hop.strip() for hop in reversed(line.split(","))]
        for hop in hops[:-1]:
            if not self._is_proxy(hop):
                return hop
        return hops[-1]

    def _is_proxy(self, text: str) -> bool:
        address = _plain(text)
        return address is not None and any(address in network for network in self._proxies)

    def browser(self) -> str:
        """The hash of this browser's cookie; empty when it brings none."""
        value = self.cookies.read("browser")
        return digest(value) if value else ""

    def browser_or_new(self) -> str:
        """The hash of this browser's cookie, which is given now to a browser without one."""
        if found := self.browser():
            return found
        g.new_browser = random_text(self.services, 16)
        return digest(g.new_browser)

    def session(self) -> Session | None:
        """The Session of this browser."""
        secret = self.cookies.read("session")
        return self.services.sessions.get(digest(secret), int(self.services.clock())) if secret else None

    def last_person(self) -> LastPerson:
        """Who this browser says used it last. A changed one only brings the page "is this you?"."""
        mark, _, flag = self.cookies.read("last").partition(".")
        return LastPerson(mark, flag == "out")

    # -- forged requests -----------------------------------------------------------------------------

    def csrf(self, action: str) -> str:
        """The token for a form: bound to the browser's cookie and to what the form does."""
        value = getattr(g, "new_browser", "") or self.cookies.read("browser")
        return self.services.sealer.mac("csrf", f"{value}|{action}")

    def check_csrf(self, action: str, client_id: str = "") -> None:
        """Raises ShownToUser for a form that was not filled in here, by this browser."""
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise ShownToUser(403, "csrf", "the form came from another site", client_id=client_id)
        given = request.form.get("csrf", "").encode("utf-8", "replace")
        if not self.cookies.read("browser") or not hmac.compare_digest(given, self.csrf(action).encode()):
            raise ShownToUser(403, "csrf", "the form's token does not fit", client_id=client_id)

    def limit_starts(self, client_id: str = "") -> None:
        """Handoff starts, and callbacks without a Handoff (DESIGN §6.15). Raises TooManyRequests."""
        limits, now = self.settings.limits, self.services.clock()
        rates = [Rate("address:" + _counted(self.address()), limits.per_address, limits.per_address_window)]
        if browser := self.browser():
            rates.append(Rate("browser:" + browser, limits.per_browser, limits.per_browser_window))
        if wait := self.services.limiter.hit(*rates, now=now):
            raise Limited(wait, client_id)

    def limit_parking(self) -> None:
        """Requests too large for an address of a page: each rests in Redis for 30 minutes. Raises Limited."""
        limits = self.settings.limits
        most = max(1, limits.per_address // PARKED_SHARE)
        rate = Rate("parked:" + _counted(self.address()), most, limits.per_address_window)
        if wait := self.services.limiter.hit(rate, now=self.services.clock()):
            raise Limited(wait)


def _plain(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address of a text, an IPv4 one that is written as IPv6 (::ffff:…) as itself; None for any other."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _counted(text: str) -> str:
    """What stands for an address in a limit: of IPv6 the /64, all of which one customer has (RFC 6177 §2)."""
    address = _plain(text)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))
    return str(address or text)


class Limited(ShownToUser):
    """Too many in too short a time; `wait` in seconds."""

    def __init__(self, wait: int, client_id: str = "") -> None:
        super().__init__(429, "too_many_requests", client_id=client_id)
        self.wait = wait


def is_prefetch(asked: Request) -> bool:
    """Whether the browser asks ahead of a person's click."""
    purpose = asked.headers.get("Sec-Purpose", "") + asked.headers.get("Purpose", "")
    return "prefetch" in purpose or asked.headers.get("X-Moz") == "prefetch"


def is_part_of_a_page(asked: Request) -> bool:
    """Whether the browser says that this is an image, a frame, a script …, no page that a person goes to."""
    return asked.headers.get("Sec-Fetch-Dest", "document") != "document"


def is_top_navigation(asked: Request) -> bool:
    """A navigation of a whole page that the browser itself vouches for (Fetch Metadata)."""
    return (
        asked.method == "GET"
        and not is_prefetch(asked)
        and asked.headers.get("Sec-Fetch-Mode") == "navigate"
        and asked.headers.get("Sec-Fetch-Dest") == "document"
    )


def policy(*, forms: Iterable[str] = (), images: Iterable[str] = (), scripts: bool = False) -> str:
    """A page's Content-Security-Policy: nothing inline; forms go only where the page needs (DESIGN §6.17)."""
    return "; ".join(
        (
            "default-src 'none'",
            "style-src 'self'",
            "font-src 'self'",
            " ".join(("img-src 'self'", *dict.fromkeys(images))),
            *(("script-src 'self'",) if scripts else ()),
            " ".join(("form-action 'self'", *dict.fromkeys(forms))),
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


def finish_headers(response: Response, settings: Settings) -> None:
    """The headers of every response; a page that needs others has set them before."""
    headers = response.headers
    headers.setdefault("Cache-Control", "no-store")
    headers.setdefault("Content-Security-Policy", policy())
    headers.setdefault("Referrer-Policy", "same-origin")
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if settings.secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"


def next_hops(redirect_uri: str, client: Client) -> tuple[str, ...]:
    """Where a form's answer may lead: Chrome checks form-action along the whole chain of redirects."""
    return (origin(redirect_uri), *client.onward_origins)
