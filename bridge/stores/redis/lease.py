"""Leases: the right to do something alone, for a time.

A failover of Redis may lose one, so two processes may hold it for a moment: only such work is done under a
lease as does no harm when it is done twice.
"""

from bridge.stores.redis import layout
from bridge.stores.redis.connection import Redis, Script

_TAKE = Script("""
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
""")
_RENEW = Script("""
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
""")
_RELEASE = Script("""
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 0
""")


class RedisLease:
    """ports.Lease."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def take(self, name: str, holder: str, ttl: float) -> bool:
        """Whether `holder` has it now, for `ttl` seconds."""
        return bool(self._redis.run(_TAKE, [layout.lease(name)], holder, int(ttl * 1000)))

    def renew(self, name: str, holder: str, ttl: float) -> bool:
        """Whether it is still the holder's, now for `ttl` seconds more."""
        return bool(self._redis.run(_RENEW, [layout.lease(name)], holder, int(ttl * 1000)))

    def release(self, name: str, holder: str) -> None:
        """Give it back, if it is still the holder's."""
        self._redis.run(_RELEASE, [layout.lease(name)], holder)
