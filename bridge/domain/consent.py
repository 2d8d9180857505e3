"""A Consent: what a subject lets a client have, lasting."""

from dataclasses import dataclass

from bridge.domain.authorization_request import AuthorizationRequest


@dataclass(frozen=True, slots=True)
class Consent:
    """Scopes and single claims that a person agreed to give one client."""

    subject_id: str
    client_id: str
    scope: frozenset[str]
    claims: frozenset[str]
    granted_at: int  # epoch seconds

    def covers(self, request: AuthorizationRequest) -> bool:
        """Whether everything that is asked was agreed to before."""
        return frozenset(request.scope) <= self.scope and request.claims.names <= self.claims

    def widened_by(self, request: AuthorizationRequest, now: int) -> "Consent":
        """The Consent after the person agreed to this request too."""
        return Consent(
            self.subject_id,
            self.client_id,
            self.scope | frozenset(request.scope),
            self.claims | request.claims.names,
            now,
        )
