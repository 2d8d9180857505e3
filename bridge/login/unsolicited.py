"""Auth tokens that came to a browser without a Handoff for them (DESIGN §6.5)."""

from bridge.domain.encoding import digest
from bridge.errors import UpstreamError
from bridge.ports.basics import AuditLog, Clock
from bridge.ports.connectors import Connector
from bridge.sessions.upstream import UpstreamLogout


class UnsolicitedLogins:
    """Uses such tokens up and signs the person out, so that whoever sent them can't use them either."""

    def __init__(self, upstream: UpstreamLogout, audit: AuditLog, clock: Clock) -> None:
        self._upstream = upstream
        self._audit = audit
        self._clock = clock

    def end(self, auth_token: str, connector: Connector) -> None:
        """Exchange an auth token, and sign its person out at CamDigiKey.

        Where CamDigiKey fails, that goes to the audit trail, and nothing is raised.
        """
        now = int(self._clock())
        self._audit.record("callback.unsolicited", now, auth_token=digest(auth_token)[:16])
        try:
            login = connector.exchange(auth_token)
        except UpstreamError as error:
            self._audit.record("callback.unsolicited_not_ended", now, error=type(error).__name__)
            return
        self._upstream.end(login.token, now)
