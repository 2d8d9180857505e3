"""Logout: local first, then upstream; it never fails because upstream does (DESIGN §6.11)."""

from collections.abc import Sequence

from bridge.domain.session import Session
from bridge.errors import UpstreamError, UpstreamUnavailable
from bridge.oidc.session_watch import end_session
from bridge.ports import Services


def sign_out(session: Session, services: Services) -> None:
    """End a browser's Session, and this person's earlier ones in it, here and at CamDigiKey."""
    end_sessions((session.key, *session.predecessors), services)


def end_sessions(keys: Sequence[str], services: Services) -> None:
    """End the Sessions of these keys with what hangs on them, then CamDigiKey's token of each."""
    now = int(services.clock())
    sessions = [services.sessions.get(key, now) for key in keys]
    for key in keys:
        end_session(key, services, now)
    for session in sessions:
        if session is not None and not _ended_upstream(session, services, now):
            return  # it is away, and the other calls would wait as long


def _ended_upstream(session: Session, services: Services, now: int) -> bool:
    if session.upstream is None:
        return True
    try:
        services.connector.logout(session.upstream)
    except UpstreamError as error:
        services.audit.record("upstream.logout_failed", now, sid=session.sid, error=type(error).__name__)
        return not isinstance(error, UpstreamUnavailable)
    return True
