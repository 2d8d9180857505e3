"""A Consent: what a subject lets a client have, lasting."""

from dataclasses import dataclass

from bridge.domain.authorization_request import AuthorizationRequest
from bridge.domain.claims import reach
from bridge.domain.client import Client


@dataclass(frozen=True, slots=True)
class Consent:
    """Scopes, and the names of the claims in reach by them, that a person agreed to give one client.

    Names too, since a registration may widen: what was not shown then has to be asked for (DESIGN §6.9).
    """

    subject_id: str
    client_id: str
    scope: frozenset[str]
    claims: frozenset[str]
    granted_at: int  # epoch seconds

    def covers(self, request: AuthorizationRequest, client: Client) -> bool:
        """Whether everything that is asked was agreed to before."""
        return frozenset(request.scope) <= self.scope and reach(request, client) <= self.claims

    def widened_by(self, request: AuthorizationRequest, client: Client, now: int) -> "Consent":
        """The Consent after the person agreed to this request too."""
        return Consent(
            self.subject_id,
            self.client_id,
            self.scope | frozenset(request.scope),
            self.claims | reach(request, client),
            now,
        )
