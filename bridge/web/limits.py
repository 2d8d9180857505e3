"""How often strangers may do what costs us or CamDigiKey something (DESIGN §6.15)."""

from flask import request

from bridge.domain.ids import ClientId
from bridge.errors import ShownToUser, StoreUnavailable
from bridge.ports.basics import Clock, Rate, RateLimiter
from bridge.settings import Limits
from bridge.web.browser import Browser
from bridge.web.client_address import ClientAddress, rate_limit_key

MINUTE, PARKED_FOR = 60, 1800  # seconds
PARKED_SHARE = 10  # an address may park one request for every ten sign-ins that it may start

DECLINED_IN_ALL = 6000  # a minute, of half a kilobyte each; remembered for a minute


class RateLimited(ShownToUser):
    """Too many requests in a short time (429); `wait`: seconds until the next one is let through."""

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
        """Count a start of a Handoff, by its browser and by its address. Raises RateLimited.

        A start that is refused counts nowhere: a browser at its own limit uses up nothing of its address'.
        `client_id`: the application that the error page leads back to.
        """
        limits = self._limits
        rates = [Rate("address:" + self._address_key(), limits.per_address, limits.per_address_window)]
        if browser := self._browser.id():
            rates.append(Rate("browser:" + browser, limits.per_browser, limits.per_browser_window))
        if wait := self._limiter.hit(*rates, now=self._clock()):
            raise RateLimited(wait, client_id)

    def unsolicited(self) -> None:
        """Count a callback without a Handoff, which anybody can make up. Raises RateLimited.

        In counts of its own: whatever strangers send, nobody's sign-in is refused for it (DESIGN §6.21).
        """
        limits = self._limits
        rates = (
            Rate("unsolicited:" + self._address_key(), limits.unsolicited_per_address, MINUTE),
            Rate("unsolicited", limits.unsolicited_in_all, MINUTE),
        )
        if wait := self._limiter.hit(*rates, now=self._clock()):
            raise RateLimited(wait)

    def parking(self) -> None:
        """Count a request that is too large for a URL, and would fill Redis for 30 minutes.

        Raises RateLimited.
        """
        limit = max(1, self._limits.per_address // PARKED_SHARE)
        rates = (
            Rate("parked:" + self._address_key(), limit, self._limits.per_address_window),
            Rate("parked", self._limits.parked_in_all, PARKED_FOR),
        )
        if wait := self._limiter.hit(*rates, now=self._clock()):
            raise RateLimited(wait)

    def administration(self, client_id: str) -> None:
        """Count a request of an application to the administration API. Raises RateLimited."""
        rate = Rate("api:" + client_id, self._limits.api_per_client, MINUTE)
        if wait := self._limiter.hit(rate, now=self._clock()):
            raise RateLimited(wait)

    def may_remember(self) -> bool:
        """Count a person who goes back to the application, which anybody can do as often as they like.

        They go back in any case; False: that they did is not remembered, as too many are, or Redis is away.
        """
        rates = (
            Rate(
                "declined:" + self._address_key(), self._limits.per_address, self._limits.per_address_window
            ),
            Rate("declined", DECLINED_IN_ALL, MINUTE),
        )
        try:
            return self._limiter.hit(*rates, now=self._clock()) == 0
        except StoreUnavailable:
            return False

    def _address_key(self) -> str:
        return rate_limit_key(self._address.of(request))
