"""Rate limits: hits are counted in sliding windows."""

from bridge.ports.basics import Rate
from bridge.stores.redis import layout
from bridge.stores.redis.connection import Redis, Script
from bridge.stores.redis.servers import Command

# A sliding window, approximated by two fixed ones: the hits of the previous one count by the share of it that
# the sliding window still covers. Returns the milliseconds to wait; a refused hit is not counted.
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
# Takes a hit back. A count that is none is forgotten, so that refused strangers leave nothing behind.
_TAKE_BACK = Script("""
if tonumber(redis.call('GET', KEYS[1]) or '0') > 1 then
  return redis.call('DECR', KEYS[1])
end
return redis.call('DEL', KEYS[1])
""")


class RedisRateLimiter:
    """ports.RateLimiter."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def hit(self, *rates: Rate, now: float) -> int:
        """Count a hit for each rate, in one round trip; 0 when all allow it, else the seconds to wait.

        One that is refused counts for none of them, which may cost a second round trip.
        """
        if forbidden := [rate.window for rate in rates if rate.limit <= 0]:
            return max(forbidden)
        waits = [int(wait) for wait in self._redis.together(*(_hit_command(rate, now) for rate in rates))]
        if any(waits) and not all(waits):  # refused by one, so it must not have counted for the others
            counted = [rate for rate, wait in zip(rates, waits, strict=True) if wait == 0]
            self._redis.together(*(_TAKE_BACK.call([_current_key(rate, now)]) for rate in counted))
        return max(-(-wait // 1000) for wait in waits)


def _current_key(rate: Rate, now: float) -> str:
    return layout.rate(rate.key, int(now // rate.window))


def _hit_command(rate: Rate, now: float) -> Command:
    number, elapsed = divmod(now, rate.window)
    keys = (layout.rate(rate.key, int(number)), layout.rate(rate.key, int(number) - 1))
    return _HIT.call(keys, rate.limit, rate.window * 1000, int(elapsed * 1000))
