"""How often strangers may do what costs us or CamDigiKey something (DESIGN §6.15)."""

from flask import request

from bridge.domain.ids import ClientId
from bridge.errors import ShownToUser
from bridge.ports.basics import Clock, Rate, RateLimiter
from bridge.settings import Limits
from bridge.web.browser import Browser
from bridge.web.client_address import ClientAddress, counted_as

PARKED_SHARE = 10  # of the starts that an address may make, one in so many may be as large as that


class Limited(ShownToUser):
    """Too many in too short a time; `wait` in seconds."""

    def __init__(self, wait: int, client_id: ClientId | None = None) -> None:
        super().__init__(429, "too_many_requests", client_id=client_id)
        self.wait = wait


class RequestLimits:
    """Counts requests by browser and by address."""

    def __init__(
        self, limiter: RateLimiter, clock: Clock, limits: Limits, address: ClientAddress, browser: Browser
    ) -> None:
        self._limiter = limiter
        self._clock = clock
        self._limits = limits
        self._address = address
        self._browser = browser

    def start(self, client_id: ClientId | None = None) -> None:
        """Starts of a Handoff, and callbacks without a Handoff. Raises Limited."""
        limits = self._limits
        rates = [Rate("address:" + self._counted(), limits.per_address, limits.per_address_window)]
        if browser := self._browser.id():
            rates.append(Rate("browser:" + browser, limits.per_browser, limits.per_browser_window))
        if wait := self._limiter.hit(*rates, now=self._clock()):
            raise Limited(wait, client_id)

    def parking(self) -> None:
        """Requests too large for an address of a page: each rests in Redis for 30 minutes. Raises Limited."""
        most = max(1, self._limits.per_address // PARKED_SHARE)
        rate = Rate("parked:" + self._counted(), most, self._limits.per_address_window)
        if wait := self._limiter.hit(rate, now=self._clock()):
            raise Limited(wait)

    def _counted(self) -> str:
        return counted_as(self._address.of(request))
