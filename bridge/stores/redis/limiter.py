"""Counting in sliding windows."""

from bridge.stores.redis import layout
from bridge.stores.redis.connection import Redis, Script

# Two fixed windows make a sliding one: the last counts by the share of it that is still within reach.
# Returns the milliseconds to wait; a refused hit doesn't count.
_HIT = Script("""
local limit, window, elapsed = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local current = tonumber(redis.call('GET', KEYS[1]) or '0')
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
if last * (1 - elapsed / window) + current + 1 <= limit then
  redis.call('INCR', KEYS[1])
  redis.call('PEXPIRE', KEYS[1], 2 * window)
  return 0
end
if current + 1 > limit then  -- nothing before the next window, of which this one will be the last
  return math.ceil(window - elapsed + window * math.max(0, 1 - (limit - 1) / current))
end
return math.ceil(window * (1 - (limit - 1 - current) / last) - elapsed)
""")


class RedisRateLimiter:
    """ports.RateLimiter."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def hit(self, key: str, limit: int, window: int, now: float) -> int:
        """Count one; 0 when within `limit` per `window` seconds, else the seconds to wait, at least 1."""
        if limit <= 0:
            return window
        number, elapsed = divmod(now, window)
        keys = (layout.rate(key, int(number)), layout.rate(key, int(number) - 1))
        wait = int(self._redis.run(_HIT, keys, limit, window * 1000, int(elapsed * 1000)))
        return -(-wait // 1000)
