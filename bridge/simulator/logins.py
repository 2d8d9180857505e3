"""The logins that a pretend CamDigiKey remembers, from their login token to an answer (PROTOCOL, Calls)."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Login:
    """One login: waiting, until somebody approves or refuses it."""

    token: str
    code: str  # its short name, for a QR code that every camera reads
    version: str
    callback_vars: dict[str, str]
    success_url: str
    error_url: str
    expires_at: float
    answered: bool = False
    outcome: str = ""  # the address that the browser then goes to; empty when the partner has none
    approver: str = ""  # the persona who approved


class Logins:
    """Every login by its token. Whoever changes it holds the service's lock."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._by_token: dict[str, Login] = {}
        self._swept_at = float("-inf")

    def add(self, login: Login) -> None:
        """Remember a login."""
        self._by_token[login.token] = login

    def live(self, token: str) -> Login | None:
        """A login that waits, or was answered; None when there is none, or its time is over."""
        login = self._by_token.get(token)
        return login if login is not None and login.expires_at > self._clock() else None

    def by_code(self, code: str) -> Login | None:
        """The live login of a QR code."""
        tokens = [login.token for login in self._by_token.values() if login.code == code]
        return self.live(tokens[0]) if tokens else None

    def expire(self, token: str) -> None:
        """Its time is over now, if there is one."""
        if login := self._by_token.get(token):
            login.expires_at = self._clock()

    def sweep(self) -> float | None:
        """Remove what expired an hour ago, so that a simulator that runs for days does not grow.

        Gives the moment before which all is forgotten; None, and nothing done, more often than once a minute:
        a benchmark leaves many thousands to look through.
        """
        now = self._clock()
        if 0 <= now - self._swept_at < 60:
            return None
        self._swept_at, limit = now, now - 3600
        for token in [token for token, login in self._by_token.items() if login.expires_at < limit]:
            del self._by_token[token]
        return limit
