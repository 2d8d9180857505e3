"""Checks with CamDigiKey whether a Session may go on: the person's token there may have ended (DESIGN §6.10).

Called wherever a Session is about to give something new: at single sign-on and at a session-bound refresh.
"""

from dataclasses import replace

from bridge.domain.policy import CLOCK_SKEW, Policy
from bridge.domain.session import Session
from bridge.domain.subject import UpstreamToken
from bridge.errors import UpstreamBroken, UpstreamError
from bridge.ports.basics import AuditLog, Rate, RateLimiter
from bridge.ports.connectors import Connector, Connectors
from bridge.ports.sessions import SessionStore
from bridge.sessions.ending import SessionEnding

CHECK_ALONE_FOR = 10  # seconds in which only one of a Session's requests asks CamDigiKey


class SessionWatch:
    """Ends Sessions whose token CamDigiKey no longer accepts, and refreshes tokens before they expire."""

    def __init__(
        self,
        sessions: SessionStore,
        connectors: Connectors,
        limiter: RateLimiter,
        ending: SessionEnding,
        audit: AuditLog,
        policy: Policy,
    ) -> None:
        self._sessions = sessions
        self._connectors = connectors
        self._limiter = limiter
        self._ending = ending
        self._audit = audit
        self._policy = policy

    def watched(self, session: Session, now: int) -> Session | None:
        """The Session after a check with CamDigiKey; None when it has ended. `now`: epoch seconds.

        CamDigiKey is asked at most every `lifetimes.upstream_check` seconds: for the token's status, or for a
        new token once half of its life is over. While CamDigiKey is away the Session goes on until the token
        expires. A definite no, or that expiry, ends the Session and its tokens. Raises StoreUnavailable.
        """
        token = session.upstream
        if token is None:
            return session
        if upstream_expired(session, now):
            self._end(session, now, "expired")
            return None
        connector = self._connectors.get(token.connector)
        checked_lately = now - token.checked_at < self._policy.lifetimes.upstream_check
        if connector is None or checked_lately or not self._is_my_turn(session, now):
            return session
        try:
            token_now = _checked_token(connector, token, now)
        except UpstreamError as error:  # counts as a check, so that an outage is not met at every request
            if isinstance(error, UpstreamBroken):
                self._audit.note("session.not_checked", now, sid=session.sid, **error.facts)
            token_now = replace(token, checked_at=now)
        if token_now is None:
            self._end(session, now, "ended")
            return None
        session = replace(session, upstream=token_now)
        self._sessions.save(session, now)
        return session

    def _is_my_turn(self, session: Session, now: int) -> bool:
        """Whether this request is the one that asks CamDigiKey, of many at once in this Session."""
        return self._limiter.hit(Rate(f"watch:{session.key}", 1, CHECK_ALONE_FOR), now=now) == 0

    def _end(self, session: Session, now: int, why: str) -> None:
        self._ending.end((session.key,), "upstream", now)
        self._audit.record("session.ended_upstream", now, sid=session.sid, why=why)


def upstream_expired(session: Session, now: int) -> bool:
    """Whether CamDigiKey's token has expired; this needs no call."""
    return session.upstream is not None and now >= session.upstream.expires_at + CLOCK_SKEW


def _checked_token(connector: Connector, token: UpstreamToken, now: int) -> UpstreamToken | None:
    """The token after asking CamDigiKey; a new one when half of its life is over. None: it is not valid.

    Raises UpstreamError.
    """
    if now - token.issued_at > (token.expires_at - token.issued_at) / 2:
        try:
            return connector.refresh(token)
        except UpstreamError:
            pass  # a refresh may fail for other reasons: the status decides
    return replace(token, checked_at=now) if connector.alive(token) else None
