"""Auth tokens that came without their Handoff."""

from bridge.domain.encoding import digest
from bridge.errors import UpstreamError
from bridge.ports.basics import AuditLog, Clock
from bridge.ports.connectors import Connector
from bridge.sessions.upstream import UpstreamLogout


class UnsolicitedLogins:
    """Ends them, so that nobody else can use them (DESIGN §6.5)."""

    def __init__(self, upstream: UpstreamLogout, audit: AuditLog, clock: Clock) -> None:
        self._upstream = upstream
        self._audit = audit
        self._clock = clock

    def end(self, auth_token: str, connector: Connector) -> None:
        """Exchange an auth token and sign its person out at CamDigiKey; a failure is only noted."""
        now = int(self._clock())
        self._audit.record("callback.unsolicited", now, auth_token=digest(auth_token)[:16])
        try:
            login = connector.exchange(auth_token)
        except UpstreamError as error:
            self._audit.record("callback.unsolicited_not_ended", now, error=type(error).__name__)
            return
        self._upstream.end(login.token, now)
