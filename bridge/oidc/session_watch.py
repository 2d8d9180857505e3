"""The watch over a Session's upstream token, until a watcher in the background exists (DESIGN §6.10).

Asked wherever a Session is about to give something new: at single sign-on and at a session-bound refresh.
"""

from dataclasses import replace

from bridge.domain.session import Session
from bridge.domain.subject import UpstreamToken
from bridge.errors import UpstreamError
from bridge.ports import Rate, Services
from bridge.settings import Settings

SKEW = 30  # seconds by which others' clocks may differ from ours (DESIGN §6.14)
ONE_ASKS = 10  # seconds in which the others go on while one request asks CamDigiKey


def watched(session: Session, services: Services, settings: Settings, now: int) -> Session | None:
    """The Session as it stands after a look at CamDigiKey; None when it has ended. `now`: epoch seconds.

    At most every `lifetimes.upstream_check` seconds the token's status is asked, or the token refreshed once
    it is past half its life. With CamDigiKey away it goes on until the token's own expiry. A definite no, or
    that expiry, ends the Session and what hangs on it.
    """
    token = session.upstream
    if token is None:
        return session
    if outlived(session, now):
        _end(session, services, now, "expired")
        return None
    if now - token.checked_at < settings.lifetimes.upstream_check or not _my_turn(session, services, now):
        return session
    try:
        kept = _look(token, services, now)
    except UpstreamError:  # it was asked, and is not asked again for a while
        kept = replace(token, checked_at=now)
    if kept is None:
        _end(session, services, now, "ended")
        return None
    session = replace(session, upstream=kept)
    services.sessions.save(session, now)
    return session


def outlived(session: Session, now: int) -> bool:
    """Whether CamDigiKey's token is beyond its own expiry: to see that nobody has to be asked."""
    return session.upstream is not None and now >= session.upstream.expires_at + SKEW


def _look(token: UpstreamToken, services: Services, now: int) -> UpstreamToken | None:
    """The token as CamDigiKey sees it, renewed when it is past half its life. Raises UpstreamError."""
    if now - token.issued_at > (token.expires_at - token.issued_at) / 2:
        try:
            return services.connector.refresh(token)
        except UpstreamError:
            pass  # whether it still holds is for the status to say
    return replace(token, checked_at=now) if services.connector.alive(token) else None


def _my_turn(session: Session, services: Services, now: int) -> bool:
    """Of many requests at once in one Session, one asks."""
    return services.limiter.hit(Rate(f"watch:{session.key}", 1, ONE_ASKS), now=now) == 0


def end_session(key: str, services: Services, now: int) -> None:
    """End a Session with its access tokens and session-bound refresh tokens; offline Grants stay."""
    grants = services.sessions.end(key)
    if grants:
        services.tokens.end_session_grants(grants, now)


def _end(session: Session, services: Services, now: int, why: str) -> None:
    end_session(session.key, services, now)
    services.audit.record("session.ended_upstream", now, sid=session.sid, why=why)
