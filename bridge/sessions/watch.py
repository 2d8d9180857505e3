"""The watch over a Session's upstream token, until a watcher in the background exists (DESIGN §6.10).

Asked wherever a Session is about to give something new: at single sign-on and at a session-bound refresh.
"""

from dataclasses import replace

from bridge.domain.policy import CLOCK_SKEW, Policy
from bridge.domain.session import Session
from bridge.domain.subject import UpstreamToken
from bridge.errors import UpstreamError
from bridge.ports.basics import AuditLog, Rate, RateLimiter
from bridge.ports.connectors import Connector, Connectors
from bridge.ports.sessions import SessionStore
from bridge.sessions.ending import SessionEnding

ASKING_ALONE = 10  # seconds in which the others go on while one request asks CamDigiKey


class SessionWatch:
    """Ends a Session whose token CamDigiKey no longer accepts, and keeps the token young."""

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
        """The Session as it stands after a look at CamDigiKey; None when it has ended. `now`: epoch seconds.

        At most every `lifetimes.upstream_check` seconds the token's status is asked, or the token refreshed
        once it is past half its life. With CamDigiKey away it goes on until the token's own expiry. A
        definite no, or that expiry, ends the Session and what hangs on it.
        """
        token = session.upstream
        if token is None:
            return session
        if outlived(session, now):
            self._end(session, now, "expired")
            return None
        connector = self._connectors.get(token.connector)
        checked_lately = now - token.checked_at < self._policy.lifetimes.upstream_check
        if connector is None or checked_lately or not self._is_my_turn(session, now):
            return session
        try:
            kept = _asked(connector, token, now)
        except UpstreamError:  # it was asked, and is not asked again for a while
            kept = replace(token, checked_at=now)
        if kept is None:
            self._end(session, now, "ended")
            return None
        session = replace(session, upstream=kept)
        self._sessions.save(session, now)
        return session

    def _is_my_turn(self, session: Session, now: int) -> bool:
        """Of many requests at once in one Session, one asks."""
        return self._limiter.hit(Rate(f"watch:{session.key}", 1, ASKING_ALONE), now=now) == 0

    def _end(self, session: Session, now: int, why: str) -> None:
        self._ending.end((session.key,), "upstream", now)
        self._audit.record("session.ended_upstream", now, sid=session.sid, why=why)


def outlived(session: Session, now: int) -> bool:
    """Whether CamDigiKey's token is beyond its own expiry: to see that nobody has to be asked."""
    return session.upstream is not None and now >= session.upstream.expires_at + CLOCK_SKEW


def _asked(connector: Connector, token: UpstreamToken, now: int) -> UpstreamToken | None:
    """The token as CamDigiKey sees it, renewed when it is past half its life; None: it holds no more.

    Raises UpstreamError.
    """
    if now - token.issued_at > (token.expires_at - token.issued_at) / 2:
        try:
            return connector.refresh(token)
        except UpstreamError:
            pass  # whether it still holds is for the status to say
    return replace(token, checked_at=now) if connector.alive(token) else None
