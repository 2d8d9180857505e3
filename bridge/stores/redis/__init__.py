"""Redis: what dies by itself. Strings with a TTL each, and every take or rotate one atomic step.

The layout (what stands in braces chooses the Cluster slot; `digest` is SHA-256 of the credential's text):

| key | value | dies |
|---|---|---|
| `bridge:{<grant>}:grant` | the Grant's code, then its tombstone | with the last token of the Grant |
| `bridge:{<grant>}:record` | the Grant, sealed, if it has refresh tokens | with the last token of the Grant |
| `bridge:{<grant>}:ended` | end mark: `all`, or `session <epoch>` | with the last token of the Grant |
| `bridge:{<grant>}:a:<digest>` | access token, sealed | when it expires |
| `bridge:{<grant>}:r:<digest>` | limits of a refresh token; rotated ones too | when it would have expired |
| `bridge:{<grant>}:answer:<digest>` | answer to a rotation, sealed under the old token | after 30 s |
| `bridge:{<session>}:session` | Session, sealed, behind its two limits | at the nearer limit |
| `bridge:{<session>}:grants` | set of the Grants opened in it | with the longest Session |
| `bridge:{<session>}:over` | a mark that it was ended, so that nothing revives it | after 10 min |
| `bridge:{<key>}:handoff`, `…:taken` | Handoff, sealed, behind its browser's digest | after its ttl |
| `bridge:{<key>}:waiting` | Interaction and Arrival, sealed | after its ttl |
| `bridge:parked:<digest>` | an Interaction too large for a URL, sealed | after 30 min |
| `bridge:{rate:<digest>}:<window>` | a count | after two windows |
| `bridge:{lease:<name>}` | who has it | unless renewed in time |
"""

from bridge.stores.redis.connection import Redis, connect
from bridge.stores.redis.handoffs import RedisHandoffs, RedisWaiting
from bridge.stores.redis.lease import RedisLease
from bridge.stores.redis.limiter import RedisRateLimiter
from bridge.stores.redis.parking import Parking
from bridge.stores.redis.sessions import RedisSessions
from bridge.stores.redis.tokens import RedisTokens

__all__ = [
    "Parking",
    "Redis",
    "RedisHandoffs",
    "RedisLease",
    "RedisRateLimiter",
    "RedisSessions",
    "RedisTokens",
    "RedisWaiting",
    "connect",
]
