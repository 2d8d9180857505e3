"""The end of a person's token at CamDigiKey: a help, whose failure stops nothing (DESIGN §6.11)."""

from bridge.domain.subject import UpstreamToken
from bridge.errors import UpstreamError, UpstreamUnavailable
from bridge.ports.basics import AuditLog
from bridge.ports.connectors import Connectors


class UpstreamLogout:
    """Signs people out at CamDigiKey, each by the account that they came by."""

    def __init__(self, connectors: Connectors, audit: AuditLog) -> None:
        self._connectors = connectors
        self._audit = audit

    def end(self, token: UpstreamToken | None, now: int, **facts: str) -> bool:
        """End the token; `facts` go to the audit trail where that fails. False: CamDigiKey is away."""
        connector = self._connectors.get(token.connector) if token is not None else None
        if token is None or connector is None:  # nothing to end, or an account that is ours no more
            return True
        try:
            connector.logout(token)
        except UpstreamError as error:
            self._audit.record("upstream.logout_failed", now, error=type(error).__name__, **facts)
            return not isinstance(error, UpstreamUnavailable)
        return True
