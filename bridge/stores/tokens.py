"""Tokens in both stores: all in Redis, but the refresh tokens of offline Grants in SQL."""

from bridge.domain.grant import Grant
from bridge.domain.token import AccessToken, RefreshToken, Rotation
from bridge.stores.grants import Grants
from bridge.stores.redis import RedisTokens
from bridge.stores.sql import SqlRefreshTokens

OFFLINE = "o-"  # the secret of an offline Grant's refresh token begins so: it says where it is stored


def is_offline(token: str) -> bool:
    """Whether a refresh token is one of an offline Grant, by its text."""
    return token.partition(".")[2].startswith(OFFLINE)


class Tokens:
    """ports.TokenStore. Why SQL is written before Redis: see `Grants`."""

    def __init__(self, redis: RedisTokens, sql: SqlRefreshTokens, grants: Grants) -> None:
        self._redis = redis
        self._sql = sql
        self._grants = grants

    def mint(
        self, grant: Grant, access: tuple[str, AccessToken], refresh: tuple[str, RefreshToken] | None
    ) -> bool:
        """Store new tokens; False where the Grant was ended meanwhile. An offline one is in SQL by then."""
        if refresh is None or not is_offline(refresh[0]):
            return self._redis.mint(grant, access, refresh)
        if not self._sql.keep(*refresh):
            return False
        return self._minted_beside(grant, access, refresh[1])

    def access_token(self, token: str, now: int) -> AccessToken | None:
        """The record of a live access token whose Grant has not ended. One round trip."""
        return self._redis.access_token(token, now)

    def refresh_token(self, token: str, now: int) -> RefreshToken | None:
        """The record of a refresh token whose Grant has not ended; also of one that was rotated."""
        return (self._sql if is_offline(token) else self._redis).refresh_token(token, now)

    def rotate(
        self,
        old: str,
        access: tuple[str, AccessToken],
        refresh: tuple[str, RefreshToken],
        answer: bytes,
        now: int,
    ) -> tuple[Rotation, bytes]:
        """Replace `old` by new tokens, in one step (see ports.TokenStore)."""
        if not is_offline(old):
            return self._redis.rotate(old, access, refresh, answer, now)
        return self._rotate_offline(old, access, refresh, answer, now)

    def _rotate_offline(
        self,
        old: str,
        access: tuple[str, AccessToken],
        refresh: tuple[str, RefreshToken],
        answer: bytes,
        now: int,
    ) -> tuple[Rotation, bytes]:
        """The access token is kept first, for SQL decides: whoever repeats gets an answer that holds.

        Where SQL fails after that, nobody has heard of the access token, and it dies by itself.
        """
        grant = refresh[1].grant
        if not self._minted_beside(grant, access, refresh[1]):
            return Rotation.GONE, b""
        rotation, kept_answer = self._sql.rotate(old, refresh, answer, now)
        if rotation is not Rotation.WON:
            self._redis.revoke_access_token(access[0])
        if rotation is Rotation.REUSED:
            self._grants.end(grant.id, now)
        return rotation, kept_answer

    def revoke_access_token(self, token: str) -> None:
        """This token stops working at once; the Grant and its other tokens live on."""
        self._redis.revoke_access_token(token)

    def _minted_beside(self, grant: Grant, access: tuple[str, AccessToken], refresh: RefreshToken) -> bool:
        lives_until = min(refresh.expires_at, refresh.ends_at)
        if self._redis.mint(grant, access, None, lives_until=lives_until):
            return True
        self._grants.end(grant.id, access[1].issued_at)  # it was ended before SQL knew of it
        return False
