"""Codes, access tokens and session-bound refresh tokens of a Grant, all in one Cluster slot."""

from collections.abc import Sequence

from bridge.domain.grant import Grant
from bridge.domain.token import AccessToken, Code, RefreshToken, Rotation, SpentCode, digest, grant_tag
from bridge.ports import Sealer
from bridge.stores.answers import open_answer, seal_answer
from bridge.stores.codec import Sealed
from bridge.stores.redis import layout
from bridge.stores.redis.connection import Redis
from bridge.stores.redis.token_scripts import END, MINT, NOTE, OPEN, ROTATE, TAKE

ANSWER_LIVES = 30  # seconds in which a rotated refresh token gets the same answer again
OPENED_FOR = 3600  # seconds in which a Grant can't be opened again; an Interaction lives half of that
_ALL = b"all"


class RedisTokens:
    """What ports.TokenStore asks, for all but the refresh tokens of offline Grants (see `stores.tokens`).

    `session_limit`: how long a Session may live in all, in seconds. Credentials are kept by their digest,
    records sealed.
    """

    def __init__(self, redis: Redis, sealer: Sealer, *, session_limit: int) -> None:
        self._redis = redis
        self._codes = Sealed(sealer, "code", Code)
        self._accesses = Sealed(sealer, "access token", AccessToken)
        self._grants = Sealed(sealer, "grant", Grant)
        self._session_limit = session_limit

    def open_grant(self, code: str, record: Code, now: int) -> bool:
        """Keep a Grant's code and note the Grant in its Session; False if this Grant was opened before."""
        grant = record.grant
        session = (layout.session_grants(grant.session_key), layout.session_over(grant.session_key))
        value = f"live {digest(code)} {self._codes.seal(record)} {grant.client_id}"
        noted, opened = self._redis.together(  # noted first: half done, it would be harmless
            NOTE.call(session, grant.id, self._session_limit),
            OPEN.call((layout.grant(grant.id),), value, OPENED_FOR),
        )
        if opened and not noted:  # the Session was ended while this request was under way
            self.end_session_grants((grant.id,), now)
        return bool(opened)

    def take_code(self, code: str, client_id: str, now: int) -> Code | SpentCode | None:
        """Take a code of this client, atomically; its tombstone stays in its place."""
        tag = layout.presented_tag(code)
        if not tag:
            return None
        found = self._redis.run(TAKE, (layout.grant(tag), layout.ended(tag)), digest(code), client_id)
        if found is None:
            return None
        state, sealed = found
        if state == b"spent":
            return SpentCode(tag, client_id)
        record = self._codes.open(sealed)
        return record if record is not None and now < record.expires_at else None

    def mint(
        self,
        grant: Grant,
        access: tuple[str, AccessToken],
        refresh: tuple[str, RefreshToken] | None,
        *,
        lives_until: int = 0,
    ) -> bool:
        """Keep new tokens, unless the Grant was ended meanwhile: then False and nothing is kept.

        `lives_until`: the expiry of a token of the Grant kept elsewhere; the tombstone stays till then.
        """
        token, record = access
        ttl, value = record.expires_at - record.issued_at, self._accesses.seal(record)
        life = max(ttl, lives_until - record.issued_at)
        keys = [layout.grant(grant.id), layout.ended(grant.id), layout.access(grant.id, token)]
        arguments: list[str | int] = [int(grant.offline), value, ttl]
        if refresh is not None:
            keys += [layout.refresh(grant.id, refresh[0]), layout.record(grant.id)]
            limits, refresh_ttl = _limits(refresh[1])
            arguments += [limits, refresh_ttl, self._grants.seal(grant)]
            life = max(life, refresh_ttl)
        return bool(self._redis.run(MINT, keys, life, *arguments))

    def access_token(self, token: str, now: int) -> AccessToken | None:
        """A live one, of a Grant that has not ended. One round trip."""
        tag = layout.presented_tag(token)
        if not tag:
            return None
        value, end = self._redis.command("MGET", layout.access(tag, token), layout.ended(tag))
        record = None if end == _ALL else self._accesses.open(value)
        if record is None or (end is not None and record.issued_at <= int(end.split()[1])):
            return None
        return record if now < record.expires_at else None

    def refresh_token(self, token: str, now: int) -> RefreshToken | None:
        """The record of a token of a Grant that has not ended, rotated or not."""
        tag = layout.presented_tag(token)
        if not tag:
            return None
        keys = layout.refresh(tag, token), layout.ended(tag), layout.record(tag)
        limits, end, sealed = self._redis.command("MGET", *keys)
        grant = self._grants.open(sealed)
        if limits is None or end is not None or grant is None:
            return None
        words = limits.split()
        record = RefreshToken(grant, int(words[-2]), int(words[1]), int(words[-1]))
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
        tag = layout.presented_tag(old)
        if not tag or tag != grant_tag(refresh[0]) or tag != grant_tag(access[0]):
            return Rotation.GONE, b""
        keys = (
            layout.grant(tag),
            layout.ended(tag),
            layout.refresh(tag, old),
            layout.answer(tag, old),
            layout.access(tag, access[0]),
            layout.refresh(tag, refresh[0]),
            layout.record(tag),
        )
        access_value, access_ttl = self._accesses.seal(access[1]), access[1].expires_at - now
        limits, refresh_ttl = _limits(refresh[1])
        result, sealed = self._redis.run(
            ROTATE,
            keys,
            now,
            ANSWER_LIVES,
            seal_answer(old, answer),
            access_value,
            access_ttl,
            limits,
            refresh_ttl,
        )
        rotation = Rotation[result.decode()]
        if rotation is Rotation.WON:
            return rotation, answer
        return rotation, open_answer(old, sealed) if rotation is Rotation.REPEATED else b""

    def end_grant(self, grant_id: str, now: int) -> None:
        """End it: its code, access and refresh tokens are dead at once."""
        self._end((grant_id,), "all")

    def end_session_grants(self, grant_ids: Sequence[str], now: int) -> None:
        """Their Session ended: access tokens given so far and session-bound refresh tokens are dead."""
        self._end(grant_ids, f"session {now}")

    def _end(self, grant_ids: Sequence[str], mark: str) -> None:
        tags = [tag for tag in grant_ids if layout.valid_tag(tag)]
        commands = [END.call((layout.grant(tag), layout.ended(tag)), mark, OPENED_FOR) for tag in tags]
        if commands:
            self._redis.together(*commands)


def _limits(record: RefreshToken) -> tuple[str, int]:
    """How a refresh token rests, and for how many seconds."""
    expires_at = min(record.expires_at, record.ends_at)
    ttl = max(1, expires_at - record.issued_at)
    return f"live {expires_at} {record.issued_at} {record.ends_at}", ttl
