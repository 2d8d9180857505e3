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
from bridge.domain.connector import Capabilities, UpstreamLogin
from bridge.domain.ids import ConnectorId
from bridge.domain.subject import UpstreamToken
from bridge.errors import (
    AccountInactive,
    UpstreamBroken,
    UpstreamError,
    UpstreamRefused,
    UpstreamUnavailable,
)
from bridge.ports.basics import Clock
from bridge.upstream.breaker import Breaker
from bridge.upstream.profile import identity_of

Result = TypeVar("Result")
OPERATIONS = ("start", "exchange", "status", "refresh", "logout")
DEFAULT_LIFETIME = 3600  # seconds; of a token where CamDigiKey does not say
TOKEN_ENDED = (TokenExpired, TokenDisabled)
MIN_GATEWAY_STATUS = 502  # from here on a gateway answered in place of CamDigiKey


class CamDigiKeyConnector:
    """The way to CamDigiKey. Safe to share among threads; how many may wait is bounded by the library.

    `return_url`: our callback, which v3 takes with each login. An exchange is never tried twice.
    """

    def __init__(
        self,
        connector_id: ConnectorId,
        camdigikey: CamDigiKey,
        version: str,
        return_url: str,
        *,
        login_pages: tuple[str, ...] = ("https:",),
        clock: Clock = time.time,
        breaker: Callable[..., Breaker] = Breaker,
    ) -> None:
        self.id = connector_id
        self.capabilities = Capabilities(carries_state=version == "v3")
        self.login_pages = login_pages
        self._camdigikey = camdigikey
        self._return_url = return_url
        self._clock = clock
        self._breakers = {
            operation: breaker(
                is_failure=_is_start_failure if operation == "start" else _is_failure, is_neutral=_is_busy
            )
            for operation in OPERATIONS
        }

    def start(self, state: str) -> str:
        """Begin a login; the address to send the browser to. In v3 our state comes back with it."""
        carries_state = self.capabilities.carries_state
        variables = {"state": state} if carries_state else None
        return_url = self._return_url if carries_state else None
        return self._ask("start", lambda: self._camdigikey.login_token(variables, return_url)).login_url

    def exchange(self, auth_token: str) -> UpstreamLogin:
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
        return UpstreamLogin(identity_of(status.user), self._token(value, status))

    def alive(self, token: UpstreamToken) -> bool:
        """False only when CamDigiKey definitely says so."""
        try:
            return self._status(token.value).status
        except UpstreamRefused as error:
            if isinstance(error.__cause__, TOKEN_ENDED):
                return False
            raise

    def refresh(self, token: UpstreamToken) -> UpstreamToken:
        """A new token for one that still lives. Raises UpstreamRefused when the new one does not hold."""
        value = self._ask("refresh", lambda: self._camdigikey.refresh(token.value)).access_token
        try:
            status = self._status(value)
        except UpstreamError:  # keep the new one all the same: the old one may have ended with the refresh
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
            if not isinstance(error.__cause__, TOKEN_ENDED):
                raise

    def close(self) -> None:
        """Close the connections to CamDigiKey."""
        self._camdigikey.close()

    def _status(self, value: str) -> TokenStatus:
        return self._ask("status", lambda: self._camdigikey.status(value))

    def _token(self, value: str, status: TokenStatus) -> UpstreamToken:
        now = self._clock()
        issued_at = now if status.issued_at is None else status.issued_at
        expires_at = issued_at + DEFAULT_LIFETIME if status.expires_at is None else status.expires_at
        return UpstreamToken(value, self.id, int(issued_at), int(expires_at), int(now))

    def _ask(self, operation: str, work: Callable[[], Result]) -> Result:
        try:
            return self._breakers[operation].call(work)
        except CamDigiKeyError as error:
            raise _translated(error) from error


def _translated(error: CamDigiKeyError) -> UpstreamError:
    """The bridge's error for one of the library's, whose texts hold nothing personal."""
    table: tuple[
        tuple[type[CamDigiKeyError] | tuple[type[CamDigiKeyError], ...], type[UpstreamError]], ...
    ] = (
        (TransportError, UpstreamUnavailable),
        ((EnvelopeError, ChainError, TokenBadSignature), UpstreamBroken),
        (ApiError, UpstreamRefused),
    )
    for kind, translated in table:
        if isinstance(error, kind):
            return translated(f"{type(error).__name__}: {error}")
    return UpstreamBroken(f"{type(error).__name__}: {error}")


def _is_failure(error: Exception) -> bool:
    """Whether the error is CamDigiKey's fault, not the token's.

    Servers often answer a bad token with a plain 400 or 500. If those counted, a stranger with made-up tokens
    could open the breaker and keep everybody from signing in.
    """
    if isinstance(error, HttpError):
        return error.status >= MIN_GATEWAY_STATUS
    return isinstance(error, TransportError | EnvelopeError | ChainError)


def _is_start_failure(error: Exception) -> bool:
    """The start of a login carries nobody's token: there every failure counts."""
    return isinstance(error, HttpError) or _is_failure(error)


def _is_busy(error: Exception) -> bool:
    return isinstance(error, BusyError)
