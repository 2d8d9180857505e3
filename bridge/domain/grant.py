"""A Grant: one authorization. Its code and its tokens carry its id, and end with it."""

from dataclasses import dataclass

from bridge.domain.authorization_request import ClaimsRequest
from bridge.domain.subject import Subject


@dataclass(frozen=True, slots=True)
class Grant:
    """What one person gave one client at one time.

    `id` is the grant tag, the first part of every credential. Everything that an ID token says of the login
    is here, so that a refresh repeats it.
    """

    id: str
    client_id: str
    subject: Subject
    sub: str  # as this client knows the person
    scope: tuple[str, ...]
    claims: ClaimsRequest
    reach: frozenset[str]  # names of the claims that the client could have when it was opened
    claims_locales: tuple[str, ...]
    nonce: str | None
    auth_time: int  # epoch seconds
    acr: str
    amr: tuple[str, ...]
    sid: str
    session_key: str
    created_at: int  # epoch seconds

    @property
    def offline(self) -> bool:
        """Whether its refresh tokens outlive the Session."""
        return "offline_access" in self.scope
