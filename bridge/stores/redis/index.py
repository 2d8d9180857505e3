"""Indexes as sorted sets: the Sessions or Grants of a person or a client, each entry until it expires.

They are in other Cluster slots than what they list, and so not written in one atomic step with it: readers
have to skip entries whose Session or Grant has ended.
"""

from bridge.stores.redis.connection import Script
from bridge.stores.redis.servers import Command

# An entry's expiry is only ever moved later. The set expires with its last entry.
_ADD = Script("""
local now = tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], 'GT', ARGV[2], ARGV[1])
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
if last[2] then redis.call('EXPIRE', KEYS[1], math.max(1, tonumber(last[2]) - now)) end
if KEYS[2] then redis.call('SET', KEYS[2], ARGV[4], 'EX', math.max(1, tonumber(ARGV[2]) - now)) end
""")


def add(
    index: str, member: str, expires_at: int, now: int, *, beside: tuple[str, str] | None = None
) -> Command:
    """The command that adds a member until `expires_at`, and removes those that have expired.

    `beside`: a key in the same slot, and its value, which is kept as long: on a Cluster a command of its own
    would be one more round trip.
    """
    if beside is None:
        return _ADD.call((index,), member, expires_at, now)
    key, value = beside
    return _ADD.call((index, key), member, expires_at, now, value)


def remove(index: str, member: str) -> Command:
    """The command that removes a member."""
    return ("ZREM", index, member)


def members(index: str, now: int) -> Command:
    """The command that lists all members that have not expired."""
    return ("ZRANGEBYSCORE", index, f"({now}", "+inf")
