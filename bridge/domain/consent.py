"""A Consent: what a person has agreed that a client may have."""

from dataclasses import dataclass

from bridge.domain.authorization_request import AuthorizationRequest
from bridge.domain.claims import claim_names
from bridge.domain.client import Client
from bridge.domain.ids import ClientId, SubjectId


@dataclass(frozen=True, slots=True)
class Consent:
    """The scopes, and the names of the claims in them, that a person agreed to give one client.

    The names are kept too, since a registration may widen later: a claim that was not on the page that the
    person saw has to be asked for (DESIGN §6.9).
    """

    subject_id: SubjectId
    client_id: ClientId
    scope: frozenset[str]
    claims: frozenset[str]
    granted_at: int  # epoch seconds

    def covers(self, request: AuthorizationRequest, client: Client) -> bool:
        """Whether everything that this request can give the client was agreed to before."""
        return frozenset(request.scope) <= self.scope and claim_names(request, client) <= self.claims

    def widened_by(self, request: AuthorizationRequest, client: Client, now: int) -> "Consent":
        """This Consent and what the person has just agreed to; `now` in epoch seconds."""
        return Consent(
            self.subject_id,
            self.client_id,
            self.scope | frozenset(request.scope),
            self.claims | claim_names(request, client),
            now,
        )
