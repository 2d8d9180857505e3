"""Sorted sets that say what there is of a person or a client, each entry until it expires.

They live in slots of their own, so they are written beside what they list, not in one step with it: an entry
whose Session or Grant has ended meanwhile is left out by who reads.
"""

from bridge.stores.redis.connection import Script
from bridge.stores.redis.servers import Command

# An entry's expiry only moves later; the set lives as long as its last entry.
_ADD = Script("""
local now = tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], 'GT', ARGV[2], ARGV[1])
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
if last[2] then redis.call('EXPIRE', KEYS[1], math.max(1, tonumber(last[2]) - now)) end
""")


def add(index: str, member: str, expires_at: int, now: int) -> Command:
    """Note a member until `expires_at`; what has expired is taken out."""
    return _ADD.call((index,), member, expires_at, now)


def remove(index: str, member: str) -> Command:
    """Take a member out."""
    return ("ZREM", index, member)


def members(index: str, now: int) -> Command:
    """All members that have not expired."""
    return ("ZRANGEBYSCORE", index, f"({now}", "+inf")
