"""A Consent: what a subject lets a client have, lasting."""

from dataclasses import dataclass

from bridge.domain.authorization_request import AuthorizationRequest
from bridge.domain.claims import claim_names
from bridge.domain.client import Client
from bridge.domain.ids import ClientId, SubjectId


@dataclass(frozen=True, slots=True)
class Consent:
    """Scopes, and the names of the claims that they can bring, that a person agreed to give one client.

    Names too, since a registration may widen: what was not shown then has to be asked for (DESIGN §6.9).
    """

    subject_id: SubjectId
    client_id: ClientId
    scope: frozenset[str]
    claims: frozenset[str]
    granted_at: int  # epoch seconds

    def covers(self, request: AuthorizationRequest, client: Client) -> bool:
        """Whether everything that is asked was agreed to before."""
        return frozenset(request.scope) <= self.scope and claim_names(request, client) <= self.claims

    def widened_by(self, request: AuthorizationRequest, client: Client, now: int) -> "Consent":
        """The Consent after the person agreed to this request too."""
        return Consent(
            self.subject_id,
            self.client_id,
            self.scope | frozenset(request.scope),
            self.claims | claim_names(request, client),
            now,
        )
