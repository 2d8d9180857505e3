"""Tokens of both worlds: session-bound ones in Redis, refresh tokens of offline Grants in SQL."""

from collections.abc import Sequence

from bridge.domain.grant import Grant
from bridge.domain.token import AccessToken, Code, RefreshToken, Rotation, SpentCode
from bridge.stores.redis import RedisTokens
from bridge.stores.sql import SqlRefreshTokens

OFFLINE = "o-"  # how the secret of an offline Grant's refresh token begins: it says where it is kept


def is_offline(token: str) -> bool:
    """Whether a refresh token is one of an offline Grant, by its text."""
    return token.partition(".")[2].startswith(OFFLINE)


class Tokens:
    """ports.TokenStore.

    The order of the two stores keeps a Grant's end final: minting writes SQL and then asks for the mark in
    Redis, ending writes the mark and then SQL, so that whichever comes second sees the other.
    """

    def __init__(self, redis: RedisTokens, sql: SqlRefreshTokens) -> None:
        self._redis = redis
        self._sql = sql

    def open_grant(self, code: str, record: Code, now: int) -> bool:
        """Keep a Grant's code and note the Grant in its Session; False if this Grant was opened before."""
        return self._redis.open_grant(code, record, now)

    def take_code(self, code: str, client_id: str, now: int) -> Code | SpentCode | None:
        """Take a code of this client, atomically."""
        return self._redis.take_code(code, client_id, now)

    def mint(
        self, grant: Grant, access: tuple[str, AccessToken], refresh: tuple[str, RefreshToken] | None
    ) -> bool:
        """Keep new tokens, unless the Grant was ended meanwhile. Offline ones are durable by then."""
        if refresh is None or not is_offline(refresh[0]):
            return self._redis.mint(grant, access, refresh)
        if not self._sql.keep(*refresh):
            return False
        return self._minted_beside(grant, access, refresh[1])

    def access_token(self, token: str, now: int) -> AccessToken | None:
        """A live one, of a Grant that has not ended. One round trip."""
        return self._redis.access_token(token, now)

    def refresh_token(self, token: str, now: int) -> RefreshToken | None:
        """The record of a token of a Grant that has not ended, rotated or not."""
        return (self._sql if is_offline(token) else self._redis).refresh_token(token, now)

    def rotate(
        self,
        old: str,
        access: tuple[str, AccessToken],
        refresh: tuple[str, RefreshToken],
        answer: bytes,
        now: int,
    ) -> tuple[Rotation, bytes]:
        """Put new tokens in the place of `old`, in one step (see ports.TokenStore)."""
        if not is_offline(old):
            return self._redis.rotate(old, access, refresh, answer, now)
        grant = refresh[1].grant
        rotation, kept_answer = self._sql.rotate(old, refresh, answer, now)
        if rotation is Rotation.WON and not self._minted_beside(grant, access, refresh[1]):
            return Rotation.GONE, b""
        if rotation is Rotation.REUSED:
            self._redis.end_grant(grant.id, now)
        return rotation, kept_answer

    def end_grant(self, grant_id: str, now: int) -> None:
        """End it: its code, access and refresh tokens are dead at once."""
        try:
            self._redis.end_grant(grant_id, now)
        finally:
            self._sql.end_grant(grant_id, now)

    def end_session_grants(self, grant_ids: Sequence[str], now: int) -> None:
        """Their Session ended: access tokens given so far and session-bound refresh tokens are dead."""
        self._redis.end_session_grants(grant_ids, now)

    def _minted_beside(self, grant: Grant, access: tuple[str, AccessToken], refresh: RefreshToken) -> bool:
        lives_until = min(refresh.expires_at, refresh.ends_at)
        if self._redis.mint(grant, access, None, lives_until=lives_until):
            return True
        self._sql.end_grant(grant.id, access[1].issued_at)  # it was ended before SQL knew of it
        return False
