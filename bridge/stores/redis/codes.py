"""Authorization codes: each is redeemed once, and remembered for as long as its tokens can live."""

from bridge.domain.encoding import digest
from bridge.domain.ids import ClientId
from bridge.domain.token import RedeemedCode, SpentCode
from bridge.ports.basics import Counters, Sealer
from bridge.stores.records import AUTHORIZATION_CODE, GRANT
from bridge.stores.redis import layout
from bridge.stores.redis.connection import Redis
from bridge.stores.redis.grant_scripts import GIVE_BACK, TAKE
from bridge.stores.sealed import Sealed


class RedisCodes:
    """ports.CodeStore. `RedisGrants.open` stores the codes: under their digest, the record sealed."""

    def __init__(self, redis: Redis, sealer: Sealer, counters: Counters) -> None:
        self._redis = redis
        self._codes = Sealed(sealer, AUTHORIZATION_CODE, counters)
        self._grants = Sealed(sealer, GRANT, counters)

    def take(self, code: str, client_id: ClientId, now: int) -> RedeemedCode | SpentCode | None:
        """Redeem a code of this client, and get its Grant, atomically (see ports.CodeStore)."""
        grant_id = layout.presented_grant_id(code)
        if grant_id is None:
            return None
        keys = layout.code(grant_id), layout.ended(grant_id), layout.grant(grant_id)
        found = self._redis.run(TAKE, keys, digest(code), client_id)
        if found is None:
            return None
        state, sealed_code, sealed_grant = found
        if state == b"spent":
            return SpentCode(grant_id, client_id)
        record, grant = self._codes.open(sealed_code), self._grants.open(sealed_grant or None)
        if record is None or grant is None or now >= record.expires_at:
            return None
        return RedeemedCode(record, grant)

    def live(self, code: str, now: int) -> bool:
        """Whether it can be redeemed still. One round trip."""
        grant_id = layout.presented_grant_id(code)
        if grant_id is None:
            return False
        anchor, end = self._redis.command("MGET", layout.code(grant_id), layout.ended(grant_id))
        words: list[bytes] = anchor.split() if anchor else []
        state, found, sealed = words[:3] if len(words) >= 3 else (b"", b"", b"")
        if end is not None or (state, found) != (b"live", digest(code).encode()):
            return False
        record = self._codes.open(sealed)
        return record is not None and now < record.expires_at

    def give_back(self, code: str, redeemed: RedeemedCode) -> None:
        """A code that was redeemed and gave nothing can be redeemed again (see ports.CodeStore)."""
        record = redeemed.code
        keys = layout.code(record.grant_id), layout.ended(record.grant_id)
        sealed = self._codes.seal(record)
        self._redis.run(GIVE_BACK, keys, digest(code), record.client_id, sealed)
