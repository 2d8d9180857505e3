"""Grants, and the credentials that carry their ids."""

from collections.abc import Sequence
from typing import Protocol

from bridge.domain.grant import Grant, Origin
from bridge.domain.ids import ClientId, GrantId, SessionKey, Sub, SubjectId
from bridge.domain.interaction import GivenAnswer
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
    """Grants: in Redis, and offline ones also in SQL from their first refresh token on."""

    def open(
        self,
        grant: Grant,
        now: int,
        code: tuple[str, AuthorizationCode] | None = None,
        answer: GivenAnswer | None = None,
    ) -> bool:
        """Store a Grant with its code, and list it in its Session; `answer` as for `close`.

        False if its origin was answered before: of several at once, one wins. One round trip.
        """

    def close(self, origin: Origin, answer: GivenAnswer) -> bool:
        """Answer an origin without a Grant. One round trip.

        For REPEATED_FOR seconds the answer is remembered, and no Grant can be opened. False if the origin was
        answered before.
        """

    def answer_of(self, origin: Origin) -> GivenAnswer | None:
        """What this origin was answered, while that is remembered. One round trip."""

    def find(self, grant_id: GrantId, now: int) -> Grant | None:
        """A Grant that has not ended."""

    def end(self, grant_id: GrantId, now: int) -> None:
        """End it: its code, access and refresh tokens stop working at once."""

    def forget(self, grant: Grant, now: int) -> None:
        """End one that nothing was made of, and delete it with its code; only the mark of its end stays."""

    def end_with_session(self, grant_ids: Sequence[GrantId], now: int) -> None:
        """Their Session ended: access tokens issued so far and session-bound refresh tokens stop working.

        Refresh tokens of offline Grants go on.
        """

    def by_session(self, key: SessionKey) -> Sequence[GrantOfSession]:
        """The Grants that were opened in a live Session."""

    def by_subject(self, subject_id: SubjectId, now: int) -> Sequence[GrantId]:
        """A person's Grants that have not ended, session-bound and offline ones."""

    def by_client(self, client_id: ClientId, now: int) -> Sequence[GrantId]:
        """A client's Grants that have not ended, session-bound and offline ones."""

    def subject_of(self, client_id: ClientId, sub: Sub, now: int) -> SubjectId | None:
        """Whom this client knows by this sub, where it had a Grant of them in the time of a Session.

        Or has an offline one still. The Grants themselves may have ended.
        """

    def sessions_of(self, client_id: ClientId, now: int) -> Sequence[SessionKey]:
        """The Sessions in which this client's session-bound Grants were opened, each once."""


class CodeStore(Protocol):
    """Authorization codes; GrantStore.open stores them, with their Grant."""

    def take(self, code: str, client_id: ClientId, now: int) -> RedeemedCode | SpentCode | None:
        """Redeem a code of this client, atomically.

        SpentCode for one that was redeemed before; that is remembered as long as its tokens can live. None
        for one that is unknown or has expired, whose Grant or Session has ended, or that is another client's:
        that one stays as it is.
        """

    def live(self, code: str, now: int) -> bool:
        """Whether this code can be redeemed still: it was not before, and its Grant has not ended."""

    def give_back(self, code: str, redeemed: RedeemedCode) -> None:
        """A redeemed code whose tokens could not be stored can be redeemed again."""


class TokenStore(Protocol):
    """Access and refresh tokens: in Redis, but refresh tokens of offline Grants in SQL."""

    def mint(
        self, grant: Grant, access: tuple[str, AccessToken], refresh: tuple[str, RefreshToken] | None
    ) -> bool:
        """Store new tokens; False, and nothing stored, where the Grant was ended meanwhile. Atomic."""

    def access_token(self, token: str, now: int) -> AccessToken | None:
        """The record of a live access token whose Grant has not ended. One round trip."""

    def refresh_token(self, token: str, now: int) -> RefreshToken | None:
        """The record of a refresh token whose Grant has not ended; also of one that was rotated."""

    def rotate(
        self,
        old: str,
        access: tuple[str, AccessToken],
        refresh: tuple[str, RefreshToken],
        answer: bytes,
        now: int,
    ) -> tuple[Rotation, bytes]:
        """Replace the refresh token `old` by new tokens, atomically: of many attempts at once one wins.

        `answer` is the response of the one that wins. It is kept for ROTATION_GRACE seconds, sealed under a
        key derived from `old`, and comes back with REPEATED: a client that lost the response gets it again.
        With REUSED the Grant has been ended (RFC 9700 §4.14.2).
        """

    def revoke_access_token(self, token: str) -> None:
        """This token stops working at once; the Grant and its other tokens live on (RFC 7009 §2.1)."""
