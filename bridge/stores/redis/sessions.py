"""Sessions: a browser's proven login, with an idle limit and a limit in all."""

from collections.abc import Sequence

from bridge.domain.session import Session
from bridge.ports import Sealer
from bridge.stores.codec import Sealed
from bridge.stores.redis import layout
from bridge.stores.redis.connection import Redis, Script

_OVER = 600  # seconds in which a request begun before the end may still want to write

# A value reads <idle until><ends at><sealed>, both times as ten digits of epoch seconds.
_SAVE = Script("""
if redis.call('EXISTS', KEYS[2]) == 1 then return end
local old = redis.call('GET', KEYS[1])
if old then
  redis.call('SET', KEYS[1], string.sub(old, 1, 20) .. ARGV[1], 'KEEPTTL')
  return
end
local now, idle, ends = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local idle_until = math.min(now + idle, ends)
if idle_until <= now then return end
redis.call('SET', KEYS[1], string.format('%010d%010d', idle_until, ends) .. ARGV[1], 'EX', idle_until - now)
""")

_GET = Script("""
local value = redis.call('GET', KEYS[1])
if not value then return false end
local now = tonumber(ARGV[1])
local idle_until, ends = tonumber(string.sub(value, 1, 10)), tonumber(string.sub(value, 11, 20))
if now >= idle_until then redis.call('DEL', KEYS[1]) return false end
local later = math.min(now + tonumber(ARGV[2]), ends)
if later > idle_until then
  redis.call('SETRANGE', KEYS[1], 0, string.format('%010d', later))
  redis.call('EXPIRE', KEYS[1], later - now)
end
return string.sub(value, 21)
""")

_END = Script("""
local grants = redis.call('SMEMBERS', KEYS[2])
if redis.call('DEL', KEYS[1], KEYS[2]) > 0 then redis.call('SET', KEYS[3], '1', 'EX', ARGV[1]) end
return grants
""")


class RedisSessions:
    """ports.SessionStore. `idle`: seconds without use; `limit`: seconds in all, from auth_time on."""

    def __init__(self, redis: Redis, sealer: Sealer, *, idle: int, limit: int) -> None:
        self._redis = redis
        self._sealed = Sealed(sealer, "session", Session)
        self._idle = idle
        self._limit = limit

    def save(self, session: Session, now: int) -> None:
        """Keep a new one, or the new state of one that lives; one that was ended stays ended."""
        keys = (layout.session(session.key), layout.session_over(session.key))
        ends_at = session.auth_time + self._limit
        self._redis.run(_SAVE, keys, self._sealed.seal(session), now, self._idle, ends_at)

    def get(self, key: str, now: int) -> Session | None:
        """A live one; using it moves its idle limit. One round trip."""
        return self._sealed.open(self._redis.run(_GET, (layout.session(key),), now, self._idle))

    def end(self, key: str) -> Sequence[str]:
        """End it; the ids of the Grants that were opened in it."""
        keys = (layout.session(key), layout.session_grants(key), layout.session_over(key))
        return tuple(sorted(grant.decode() for grant in self._redis.run(_END, keys, _OVER)))
