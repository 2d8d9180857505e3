"""Signing a person out at CamDigiKey. Where that fails, nothing else is stopped by it (DESIGN §6.11)."""

from bridge.domain.subject import UpstreamToken
from bridge.errors import UpstreamError, UpstreamUnavailable
from bridge.ports.basics import AuditLog
from bridge.ports.connectors import Connectors


class UpstreamLogout:
    """Ends people's tokens at CamDigiKey, each by the account that it came from."""

    def __init__(self, connectors: Connectors, audit: AuditLog) -> None:
        self._connectors = connectors
        self._audit = audit

    def end(self, token: UpstreamToken | None, now: int, **facts: str) -> bool:
        """End the token. False only where CamDigiKey can't be reached.

        A failure goes to the audit trail with these `facts`, and is not raised. None, and a token of an
        account that the settings no longer have, count as ended.
        """
        connector = self._connectors.get(token.connector) if token is not None else None
        if token is None or connector is None:
            return True
        try:
            connector.logout(token)
        except UpstreamError as error:
            self._audit.record("upstream.logout_failed", now, **error.facts, **facts)
            return not isinstance(error, UpstreamUnavailable)
        return True
