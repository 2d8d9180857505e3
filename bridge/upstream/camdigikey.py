"""ports.Connector over the library bridge.camdigikey: what its answers and errors mean to the bridge."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from bridge.camdigikey import (
    ApiError,
    BusyError,
    CamDigiKey,
    CamDigiKeyError,
    ChainError,
    EnvelopeError,
    HttpError,
    TokenBadSignature,
    TokenDisabled,
    TokenExpired,
    TokenStatus,
    TransportError,
)
from bridge.domain.subject import UpstreamToken
from bridge.errors import (
    AccountInactive,
    UpstreamBroken,
    UpstreamError,
    UpstreamRefused,
    UpstreamUnavailable,
)
from bridge.ports import Arrival, Clock
from bridge.upstream.breaker import Breaker
from bridge.upstream.profile import identity_of

Found = TypeVar("Found")
OPERATIONS = ("start", "exchange", "status", "refresh", "logout")
LIFE = 3600  # seconds that a token lives where CamDigiKey does not say
DEAD = (TokenExpired, TokenDisabled)
GATEWAY = 502  # from here on, an HTTP status is a gateway's word that nobody is behind it


class CamDigiKeyConnector:
    """The way to CamDigiKey. Safe to share among threads; how many may wait is bounded by the library.

    `return_url`: our callback, which v3 takes with each login. An exchange is never tried twice.
    """

    def __init__(
        self,
        camdigikey: CamDigiKey,
        version: str,
        return_url: str,
        *,
        login_pages: tuple[str, ...] = ("https:",),
        clock: Clock = time.time,
        breaker: Callable[..., Breaker] = Breaker,
    ) -> None:
        self.carries_state = version == "v3"
        self.login_pages = login_pages
        self._camdigikey = camdigikey
        self._return_url = return_url
        self._clock = clock
        self._breakers = {
            name: breaker(counts=_start_failed if name == "start" else _failed, says_nothing=_is_busy)
            for name in OPERATIONS
        }

    def start(self, state: str) -> str:
        """Begin a login; the address to send the browser to. In v3 our state comes back with it."""
        variables = {"state": state} if self.carries_state else None
        return_url = self._return_url if self.carries_state else None
        return self._ask("start", lambda: self._camdigikey.login_token(variables, return_url)).login_url

    def exchange(self, auth_token: str) -> Arrival:
        """Exchange an auth token, once, and ask who it is. Raises AccountInactive, UpstreamError."""
        value = self._ask("exchange", lambda: self._camdigikey.user_access_token(auth_token))
        try:
            status = self._status(value)
        except UpstreamRefused as error:
            if isinstance(error.__cause__, TokenDisabled):  # nobody can have logged it out yet
                raise AccountInactive(str(error)) from error.__cause__
            raise
        if not status.status:
            raise UpstreamRefused("the new token does not hold")
        if status.type not in ("USER", "") or status.user is None:
            raise UpstreamBroken("the new token is not a person's")
        return Arrival(identity_of(status.user), self._token(value, status))

    def alive(self, token: UpstreamToken) -> bool:
        """False only when CamDigiKey definitely says so."""
        try:
            return self._status(token.value).status
        except UpstreamRefused as error:
            if isinstance(error.__cause__, DEAD):
                return False
            raise

    def refresh(self, token: UpstreamToken) -> UpstreamToken:
        """A new token for one that still lives. Raises UpstreamRefused when the new one does not hold."""
        value = self._ask("refresh", lambda: self._camdigikey.refresh(token.value)).access_token
        try:
            status = self._status(value)
        except UpstreamError:  # the old one may be dead by now: the new one must not get lost
            now = int(self._clock())
            life = token.expires_at - token.issued_at
            return replace(token, value=value, issued_at=now, expires_at=now + life, checked_at=now)
        if not status.status:
            raise UpstreamRefused("the refreshed token does not hold")
        return self._token(value, status)

    def logout(self, token: UpstreamToken) -> None:
        """End the token; one that is dead already is no error."""
        try:
            self._ask("logout", lambda: self._camdigikey.logout(token.value))
        except UpstreamRefused as error:
            if not isinstance(error.__cause__, DEAD):
                raise

    def close(self) -> None:
        """Close the connections to CamDigiKey."""
        self._camdigikey.close()

    def _status(self, value: str) -> TokenStatus:
        return self._ask("status", lambda: self._camdigikey.status(value))

    def _token(self, value: str, status: TokenStatus) -> UpstreamToken:
        now = self._clock()
        issued_at = now if status.issued_at is None else status.issued_at
        expires_at = issued_at + LIFE if status.expires_at is None else status.expires_at
        return UpstreamToken(value, int(issued_at), int(expires_at), int(now))

    def _ask(self, operation: str, work: Callable[[], Found]) -> Found:
        try:
            return self._breakers[operation].call(work)
        except CamDigiKeyError as error:
            raise _meaning(error) from error


def _meaning(error: CamDigiKeyError) -> UpstreamError:
    """What an error of the library means to us; the library's texts hold nothing personal."""
    kinds: tuple[
        tuple[type[CamDigiKeyError] | tuple[type[CamDigiKeyError], ...], type[UpstreamError]], ...
    ] = (
        (TransportError, UpstreamUnavailable),
        ((EnvelopeError, ChainError, TokenBadSignature), UpstreamBroken),
        (ApiError, UpstreamRefused),
    )
    for kind, meaning in kinds:
        if isinstance(error, kind):
            return meaning(f"{type(error).__name__}: {error}")
    return UpstreamBroken(f"{type(error).__name__}: {error}")


def _failed(error: Exception) -> bool:
    """Whether it tells against CamDigiKey. Many a server answers a bad token with a plain 400 or 500: such an
    answer must not let a stranger with made-up tokens close the way for all.
    """
    if isinstance(error, HttpError):
        return error.status >= GATEWAY
    return isinstance(error, TransportError | EnvelopeError | ChainError)


def _start_failed(error: Exception) -> bool:
    """The start of a login carries nobody's token: there every failure counts."""
    return isinstance(error, HttpError) or _failed(error)


def _is_busy(error: Exception) -> bool:
    return isinstance(error, BusyError)
