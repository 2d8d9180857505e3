"""Auth tokens that came to a browser without a Handoff for them (DESIGN §6.5)."""

import threading

from bridge.domain.audit import UNSOLICITED, UNSOLICITED_NOT_ENDED
from bridge.domain.auth_token import audit_mark
from bridge.errors import UpstreamError
from bridge.ports.basics import AuditLog, Clock, Counters, Rate, RateLimiter
from bridge.ports.connectors import Connector
from bridge.sessions.upstream import UpstreamLogout

MAX_EXCHANGES = 2  # at a time in one process; the other places at CamDigiKey are those who sign in
MAX_RECORDED = Rate("audit:unsolicited", 60, 60)  # rows of the audit trail a minute; the others are counted


class UnsolicitedLogins:
    """Uses such tokens up and signs the person out, so that whoever sent them can't use them either.

    Anybody can make up such callbacks, so they have a small share of their own of the calls to CamDigiKey and
    of the audit trail; beyond it a token stays burnt and unexchanged (DESIGN §6.21).
    """

    def __init__(
        self,
        upstream: UpstreamLogout,
        audit: AuditLog,
        limiter: RateLimiter,
        counters: Counters,
        clock: Clock,
    ) -> None:
        self._upstream = upstream
        self._audit = audit
        self._limiter = limiter
        self._counters = counters
        self._clock = clock
        self._places = threading.BoundedSemaphore(MAX_EXCHANGES)

    def end(self, auth_token: str, connector: Connector) -> None:
        """Exchange an auth token, and sign its person out at CamDigiKey.

        Where CamDigiKey fails, or no place is free, that goes to the audit trail, and nothing is raised.
        """
        now = int(self._clock())
        recorded = self._limiter.hit(MAX_RECORDED, now=now) == 0
        if recorded:
            self._audit.record(UNSOLICITED, now, auth_token=audit_mark(auth_token))
        else:
            self._counters.add("callback.unsolicited_unrecorded")
        failure = self._failure(auth_token, connector, now)
        if failure is not None and recorded:
            self._audit.record(UNSOLICITED_NOT_ENDED, now, **failure)

    def _failure(self, auth_token: str, connector: Connector, now: int) -> dict[str, str] | None:
        """Why the person was not signed out; None where they were."""
        if not self._places.acquire(blocking=False):
            return {"error": "no place"}
        try:
            self._upstream.end(connector.exchange(auth_token).token, now)
        except UpstreamError as error:
            return error.facts
        finally:
            self._places.release()
        return None
