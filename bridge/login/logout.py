"""Logout: local first, then upstream; it never fails because upstream does (DESIGN §6.11)."""

from bridge.domain.session import Session
from bridge.errors import UpstreamError
from bridge.oidc.session_watch import end_session
from bridge.ports import Services


def sign_out(session: Session, services: Services) -> None:
    """End a browser's Session, and this person's earlier ones in it, here and at CamDigiKey."""
    now = int(services.clock())
    for key in (session.key, *session.predecessors):
        end_session(key, services, now)
    if session.upstream is None:
        return
    try:
        services.connector.logout(session.upstream)
    except UpstreamError as error:
        services.audit.record("upstream.logout_failed", now, sid=session.sid, error=type(error).__name__)
