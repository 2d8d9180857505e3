"""Access tokens, and the refresh tokens of session-bound Grants, in the Cluster slot of their Grant."""

from collections.abc import Sequence

from bridge.domain.grant import Grant
from bridge.domain.policy import ROTATION_GRACE
from bridge.domain.token import AccessToken, RefreshToken, Rotation, grant_id_of
from bridge.ports.basics import Counters, Sealer
from bridge.stores.answers import open_answer, seal_answer
from bridge.stores.records import ACCESS_TOKEN, GRANT
from bridge.stores.redis import grant_index, layout
from bridge.stores.redis.connection import Redis
from bridge.stores.redis.grant_scripts import MINT, ROTATE
from bridge.stores.redis.grants import ORIGIN_KEPT_FOR
from bridge.stores.redis.servers import Argument, Command
from bridge.stores.sealed import Sealed

_ALL = b"all"


class RedisTokens:
    """The Redis part of ports.TokenStore: all but the refresh tokens of offline Grants (see `stores.tokens`).

    Tokens are stored under their digest, with sealed records. `session_limit`: as for RedisGrants, which
    lists a Grant in its indexes for that long; tokens that live longer list it anew, by two more commands.
    """

    def __init__(
        self, redis: Redis, sealer: Sealer, counters: Counters, *, session_limit: int = ORIGIN_KEPT_FOR
    ) -> None:
        self._redis = redis
        self._accesses = Sealed(sealer, ACCESS_TOKEN, counters)
        self._grants = Sealed(sealer, GRANT, counters)
        self._listed_for = max(ORIGIN_KEPT_FOR, session_limit)

    def mint(
        self,
        grant: Grant,
        access: tuple[str, AccessToken],
        refresh: tuple[str, RefreshToken] | None,
        *,
        lives_until: int = 0,
    ) -> bool:
        """Store new tokens; False, and nothing stored, where the Grant was ended or is not there.

        `lives_until`: the expiry of the Grant's refresh token in SQL; until then a replayed code is noticed.
        """
        token, record = access
        ttl, now = record.expires_at - record.issued_at, record.issued_at
        keys = [*_of_grant(grant.id), layout.access(grant.id, token)]
        arguments: list[Argument] = [int(grant.offline), self._accesses.seal(record), ttl]
        kept = ttl
        if refresh is not None:
            keys.append(layout.refresh(grant.id, refresh[0]))
            limits, refresh_ttl = _limits(refresh[1])
            arguments += [limits, refresh_ttl]
            kept = max(ttl, refresh_ttl)
        anchor = max(kept, lives_until - now)
        minted, *_ = self._redis.together(
            MINT.call(keys, anchor, *arguments), *self._listed(grant, now + kept, now)
        )
        return bool(minted)

    def access_token(self, token: str, now: int) -> AccessToken | None:
        """A live one, of a Grant that has not ended. One round trip."""
        grant_id = layout.presented_grant_id(token)
        if grant_id is None:
            return None
        value, end = self._redis.command("MGET", layout.access(grant_id, token), layout.ended(grant_id))
        record = None if end == _ALL else self._accesses.open(value)
        if record is None or (end is not None and record.issued_at <= int(end.split()[1])):
            return None
        return record if now < record.expires_at else None

    def revoke_access_token(self, token: str) -> None:
        """This one is dead at once; the Grant and its other tokens live on."""
        grant_id = layout.presented_grant_id(token)
        if grant_id is not None:
            self._redis.command("DEL", layout.access(grant_id, token))

    def refresh_token(self, token: str, now: int) -> RefreshToken | None:
        """The record of a token of a Grant that has not ended, rotated or not."""
        grant_id = layout.presented_grant_id(token)
        if grant_id is None:
            return None
        keys = layout.refresh(grant_id, token), layout.ended(grant_id), layout.grant(grant_id)
        limits, end, sealed = self._redis.command("MGET", *keys)
        grant = None if limits is None or end is not None else self._grants.open(sealed)
        if grant is None:
            return None
        words = limits.split()
        rotated = words[0] == b"rotated"
        record = RefreshToken(grant, int(words[-2]), int(words[1]), int(words[-1]), rotated)
        return record if now < record.expires_at else None

    def rotate(
        self,
        old: str,
        access: tuple[str, AccessToken],
        refresh: tuple[str, RefreshToken],
        answer: bytes,
        now: int,
    ) -> tuple[Rotation, bytes]:
        """Put new tokens in the place of `old`, in one step (see ports.TokenStore)."""
        grant_id = layout.presented_grant_id(old)
        if grant_id is None or {grant_id_of(refresh[0]), grant_id_of(access[0])} != {grant_id}:
            return Rotation.GONE, b""
        anchor, ended, grant = _of_grant(grant_id)
        keys = (
            anchor,
            ended,
            layout.refresh(grant_id, old),
            layout.answer(grant_id, old),
            layout.access(grant_id, access[0]),
            layout.refresh(grant_id, refresh[0]),
            grant,
        )
        access_value, access_ttl = self._accesses.seal(access[1]), access[1].expires_at - now
        limits, refresh_ttl = _limits(refresh[1])
        sealed_answer = seal_answer(old, answer)
        (result, sealed), *_ = self._redis.together(
            ROTATE.call(
                keys, now, ROTATION_GRACE, sealed_answer, access_value, access_ttl, limits, refresh_ttl
            ),
            *self._listed(refresh[1].grant, now + max(refresh_ttl, access_ttl), now),
        )
        rotation = Rotation[result.decode()]
        if rotation is Rotation.WON:
            return rotation, answer
        return rotation, open_answer(old, sealed) if rotation is Rotation.REPEATED else b""

    def _listed(self, grant: Grant, until: int, now: int) -> Sequence[Command]:
        """The commands that list a Grant in its indexes until then, where it is not listed that long."""
        listed_until = grant.created_at + self._listed_for
        return grant_index.add(grant, until, now) if until > listed_until else ()


def _of_grant(grant_id: str) -> tuple[str, str, str]:
    return layout.code(grant_id), layout.ended(grant_id), layout.grant(grant_id)


def _limits(record: RefreshToken) -> tuple[str, int]:
    """The stored value of a refresh token, and its TTL in seconds."""
    expires_at = min(record.expires_at, record.ends_at)
    ttl = max(1, expires_at - record.issued_at)
    return f"live {expires_at} {record.issued_at} {record.ends_at}", ttl
