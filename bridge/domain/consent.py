"""A Consent: what a person has agreed that a client may have."""

from collections.abc import Iterable
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
        return self.includes(request.scope, claim_names(request, client))

    def includes(self, scope: Iterable[str], claims: Iterable[str]) -> bool:
        """Whether all of these scopes and names of claims were agreed to before."""
        return self.scope.issuperset(scope) and self.claims.issuperset(claims)

    def widened_by(self, scope: Iterable[str], claims: Iterable[str], now: int) -> "Consent":
        """This Consent and the scopes and names of claims that a page showed to the person who agreed.

        Not what the client could have by now: its registration may have been widened under the open page.
        `now` in epoch seconds.
        """
        return Consent(
            self.subject_id, self.client_id, self.scope.union(scope), self.claims.union(claims), now
        )
