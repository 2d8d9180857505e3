"""ports.Connector over the library bridge.camdigikey: what its answers and errors mean to the bridge."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, TypeVar

from bridge.camdigikey import (
    AnswerError,
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
    TooLarge,
    TransportError,
)
from bridge.domain.connector import Capabilities, UpstreamLogin
from bridge.domain.ids import ConnectorId
from bridge.domain.subject import UpstreamToken
from bridge.domain.upstream_words import message_class
from bridge.errors import (
    AccountInactive,
    UpstreamBroken,
    UpstreamError,
    UpstreamRefused,
    UpstreamUnavailable,
)
from bridge.ports.basics import Clock
from bridge.upstream.breaker import Breaker
from bridge.upstream.login_url import check_login_url
from bridge.upstream.profile import identity_of

Result = TypeVar("Result")
OPERATIONS = ("start", "exchange", "status", "refresh", "logout")
DEFAULT_LIFETIME = 3600  # seconds; of a token where CamDigiKey does not say
TOKEN_ENDED = (TokenExpired, TokenDisabled, TokenBadSignature)
MIN_GATEWAY_STATUS = 502  # from here on a gateway answered in place of CamDigiKey
TRY_LATER = (
    408,
    429,
)  # of the statuses that say that the request is wrong, those that a later one need not be


class Called(Protocol):
    """Is told of a call to CamDigiKey: how long it took, and whether it failed."""

    def __call__(self, operation: str, now: int, milliseconds: int, *, failed: bool) -> None: ...


class CamDigiKeyConnector:
    """The way to CamDigiKey. Safe to share among threads; how many may wait is bounded by the library.

    `success_url`, `error_url`: our callbacks, sent with each login (v3) where they are given, which they may
    be only if they are registered. An exchange is never tried twice.
    """

    def __init__(
        self,
        connector_id: ConnectorId,
        camdigikey: CamDigiKey,
        version: str,
        *,
        success_url: str | None = None,
        error_url: str | None = None,
        login_pages: tuple[str, ...] = ("https:",),
        clock: Clock = time.time,
        breaker: Callable[..., Breaker] = Breaker,
        called: Called | None = None,
    ) -> None:
        self.id = connector_id
        self.capabilities = Capabilities(carries_state=version == "v3")
        self.login_pages = login_pages
        self._camdigikey = camdigikey
        self._return_urls = (success_url, error_url)
        self._clock = clock
        self._called = called
        self._breakers = {
            operation: breaker(
                is_failure=_is_start_failure if operation == "start" else _is_failure, is_neutral=_is_busy
            )
            for operation in OPERATIONS
        }

    def start(self, state: str) -> str:
        """Begin a login; the address to send the browser to. Our state comes back in v3, perhaps in v2.

        Raises UpstreamError, also for an address that no browser should be sent to.
        """
        variables = {"state": state}
        login = self._ask("start", lambda: self._camdigikey.login_token(variables, *self._return_urls))
        check_login_url(login.login_url, self.login_pages)
        return login.login_url

    def exchange(self, auth_token: str) -> UpstreamLogin:
        """Exchange an auth token, once, and ask who it is. Raises AccountInactive, UpstreamError."""
        value = self._ask("exchange", lambda: self._camdigikey.user_access_token(auth_token))
        status = self._status_of_new(value)
        if not status.status:  # nobody can have logged it out yet: it is the account that does not hold
            raise AccountInactive("the new token does not hold", operation="status", why="status is false")
        if status.type not in ("USER", "") or status.user is None:
            raise UpstreamBroken("the new token is not a person's", operation="status")
        return UpstreamLogin(identity_of(status.user), self._token(value, status))

    def alive(self, token: UpstreamToken) -> bool:
        """False only when CamDigiKey definitely says so. Raises UpstreamError, also for another's person."""
        try:
            status = self._status(token.value)
            return status.status and _is_of(token.person, status)
        except UpstreamError as error:
            if isinstance(error.__cause__, TOKEN_ENDED):
                return False
            raise

    def refresh(self, token: UpstreamToken) -> UpstreamToken:
        """A new token for one that still lives, of the same person.

        Raises UpstreamRefused when the new one does not hold, UpstreamBroken when it is another person's.
        """
        value = self._ask("refresh", lambda: self._camdigikey.refresh(token.value)).access_token
        try:
            status = self._status(value)
        except UpstreamError:  # keep the new one all the same: the old one may have ended with the refresh
            now = int(self._clock())
            life = token.expires_at - token.issued_at
            return replace(token, value=value, issued_at=now, expires_at=now + life, checked_at=now)
        if not status.status:
            raise UpstreamRefused("the refreshed token does not hold", operation="status")
        _is_of(token.person, status)
        return self._token(value, status)

    def logout(self, token: UpstreamToken) -> None:
        """End the token; one that is dead already is no error."""
        try:
            self._ask("logout", lambda: self._camdigikey.logout(token.value))
        except UpstreamError as error:
            if not isinstance(error.__cause__, TOKEN_ENDED):
                raise

    def close(self) -> None:
        """Close the connections to CamDigiKey."""
        self._camdigikey.close()

    def _status_of_new(self, value: str) -> TokenStatus:
        """Raises AccountInactive where a new token is disabled already, UpstreamError."""
        try:
            return self._status(value)
        except UpstreamRefused as error:
            if isinstance(error.__cause__, TokenDisabled):
                raise AccountInactive(str(error), **_facts("status", error.__cause__)) from error.__cause__
            raise

    def _status(self, value: str) -> TokenStatus:
        return self._ask("status", lambda: self._camdigikey.status(value))

    def _token(self, value: str, status: TokenStatus) -> UpstreamToken:
        now = self._clock()
        issued_at = now if status.issued_at is None else status.issued_at
        expires_at = issued_at + DEFAULT_LIFETIME if status.expires_at is None else status.expires_at
        person = "" if status.user is None else status.user.camdigikey_id.strip()
        return UpstreamToken(value, self.id, int(issued_at), int(expires_at), int(now), person)

    def _ask(self, operation: str, work: Callable[[], Result]) -> Result:
        began, failed = time.monotonic(), True
        try:
            result = self._breakers[operation].call(work)
            failed = False
            return result
        except CamDigiKeyError as error:
            raise _translated(operation, error) from error
        finally:
            if self._called is not None:
                milliseconds = round((time.monotonic() - began) * 1000)
                self._called(operation, int(self._clock()), milliseconds, failed=failed)


def _is_of(person: str, status: TokenStatus) -> bool:
    """True where a status that holds is of this person, or it is not known whose it should be.

    Raises UpstreamBroken: a Session never goes on by somebody else's token (DESIGN §6.23).
    """
    if person and (status.user is None or status.user.camdigikey_id.strip() != person):
        raise UpstreamBroken("the token is said to be another person's", operation="status")
    return True


def _translated(operation: str, error: CamDigiKeyError) -> UpstreamError:
    """The bridge's error for one of the library's, whose texts hold nothing personal."""
    return _meaning(error)(f"{type(error).__name__}: {error}", **_facts(operation, error))


def _meaning(error: CamDigiKeyError) -> type[UpstreamError]:
    """What an error says: of the person, of the moment, or of CamDigiKey and our account there.

    Only 101 and 104 are about the person's token; 103 is about time; a code that nobody has told us of may
    mean anything, unless its message says that CamDigiKey is busy (PROTOCOL, Seen later 7).
    """
    if isinstance(error, TokenBadSignature | TokenDisabled):
        in_answer = isinstance(error, TokenBadSignature) and error.in_answer
        return UpstreamBroken if in_answer else UpstreamRefused
    if isinstance(error, HttpError) and 400 <= error.status < 500 and error.status not in TRY_LATER:
        return UpstreamBroken
    if isinstance(error, TransportError | TokenExpired):
        return UpstreamUnavailable
    if isinstance(error, ApiError) and message_class(error.message) == "busy":
        return UpstreamUnavailable
    return UpstreamBroken


def _facts(operation: str, error: CamDigiKeyError) -> dict[str, str]:
    """What log and audit say of an error: never its message, which is CamDigiKey's, but its class."""
    if isinstance(error, ApiError):
        code, why = str(error.code), message_class(error.message) if error.message else str(error)
    else:
        code, why = str(error.status) if isinstance(error, HttpError) else "", str(error)
    return {"operation": operation, "code": code, "why": why}


def _is_failure(error: Exception) -> bool:
    """Whether the error is CamDigiKey's fault, not the token's.

    Servers often answer a bad token with a plain 400 or 500, and a person's record can be malformed or
    beyond any size while the server works well. If those counted, a stranger with made-up tokens, or five
    people with such a record, could open the breaker and keep everybody from signing in.
    """
    if isinstance(error, AnswerError | TooLarge):
        return False
    if isinstance(error, HttpError):
        return error.status >= MIN_GATEWAY_STATUS
    return isinstance(error, TransportError | EnvelopeError | ChainError)


def _is_start_failure(error: Exception) -> bool:
    """The start of a login carries nobody's token: there every failure counts."""
    return isinstance(error, HttpError | AnswerError | TooLarge) or _is_failure(error)


def _is_busy(error: Exception) -> bool:
    return isinstance(error, BusyError)
