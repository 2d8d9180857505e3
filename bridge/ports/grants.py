"""Grants, and the credentials that carry their ids."""

from collections.abc import Sequence
from typing import Protocol

from bridge.domain.grant import Grant
from bridge.domain.ids import ClientId, GrantId, SessionKey, SubjectId
from bridge.domain.session import GrantOfSession
from bridge.domain.token import (
    AccessToken,
    AuthorizationCode,
    RedeemedCode,
    RefreshToken,
    Rotation,
    SpentCode,
)


class GrantStore(Protocol):
    """Grants: Redis, and SQL for offline ones from their first refresh token on."""

    def open(self, grant: Grant, now: int, code: tuple[str, AuthorizationCode] | None = None) -> bool:
        """Keep a Grant with its code, and note it in its Session; False if its origin opened one before.

        One round trip, in which the claim on the origin decides.
        """

    def find(self, grant_id: GrantId, now: int) -> Grant | None:
        """A Grant that has not ended."""

    def end(self, grant_id: GrantId, now: int) -> None:
        """End it: its code, access and refresh tokens are dead at once."""

    def end_with_session(self, grant_ids: Sequence[GrantId], now: int) -> None:
        """Their Session ended: access tokens given so far and session-bound refresh tokens are dead."""

    def by_session(self, key: SessionKey) -> Sequence[GrantOfSession]:
        """What was opened in a live Session."""

    def by_subject(self, subject_id: SubjectId, now: int) -> Sequence[GrantId]:
        """A person's Grants that have not ended, session-bound and offline ones."""

    def by_client(self, client_id: ClientId, now: int) -> Sequence[GrantId]:
        """A client's Grants that have not ended, session-bound and offline ones."""

    def sessions_of(self, client_id: ClientId, now: int) -> Sequence[SessionKey]:
        """The Sessions in which this client's session-bound Grants were opened, each once."""


class CodeStore(Protocol):
    """Authorization codes; they are kept by GrantStore.open, with their Grant."""

    def take(self, code: str, client_id: ClientId, now: int) -> RedeemedCode | SpentCode | None:
        """Take a code of this client, atomically: it leaves a tombstone that lives as long as any token it
        can give. None for a code whose Session or Grant has ended; another client's is left as it is."""


class TokenStore(Protocol):
    """Access and refresh tokens; Redis, and SQL for refresh tokens of offline Grants."""

    def mint(
        self, grant: Grant, access: tuple[str, AccessToken], refresh: tuple[str, RefreshToken] | None
    ) -> bool:
        """Keep new tokens, unless the Grant was ended meanwhile: then False and nothing is kept. Atomic."""

    def access_token(self, token: str, now: int) -> AccessToken | None:
        """A live one, of a Grant that has not ended. One round trip."""

    def refresh_token(self, token: str, now: int) -> RefreshToken | None:
        """The record of a token of a Grant that has not ended, rotated or not: it says which."""

    def rotate(
        self,
        old: str,
        access: tuple[str, AccessToken],
        refresh: tuple[str, RefreshToken],
        answer: bytes,
        now: int,
    ) -> tuple[Rotation, bytes]:
        """Put new tokens in the place of `old`, in one step.

        Of many attempts at once one wins. `answer` is the winner's response; for 30 s it rests sealed under
        a key derived from `old`, and is what REPEATED comes with. REUSED has ended the Grant.
        """

    def revoke_access_token(self, token: str) -> None:
        """This one is dead at once; the Grant and its other tokens live on (RFC 7009 §2.1)."""
