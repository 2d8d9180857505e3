"""Redis: what expires by itself. Every key has a TTL, and whatever may happen once is one atomic step.

The layout (the part in braces chooses the Cluster slot; `digest` is SHA-256 of the text; what is sealed is a
record of `stores.records`):

| key | value | dies |
|---|---|---|
| `bridge:{<grant>}:code` | the Grant's code, then its tombstone; `minted` without one | with the last of it |
| `bridge:{<grant>}:grant` | the Grant, sealed | after 1 h, and after its last token here |
| `bridge:{<grant>}:ended` | end mark: `all`, or `session <epoch>` | with the last token of the Grant |
| `bridge:{<grant>}:a:<digest>` | access token, sealed | when it expires |
| `bridge:{<grant>}:r:<digest>` | limits of a refresh token; rotated ones too | when it would have expired |
| `bridge:{<grant>}:answer:<digest>` | answer to a rotation, sealed under the old token | after 30 s |
| `bridge:{origin:<kind>:<digest>}:origin` | id of the Grant that was opened for it | after 1 h |
| `bridge:{origin:<kind>:<digest>}:answer` | GivenAnswer, sealed, with a Grant or without | after 60 s |
| `bridge:{subject:<id>}:grants` | sorted set `<grant> <session>` by expiry | with its last entry |
| `bridge:{client:<digest>}:grants` | the same of a client | with its last entry |
| `bridge:{client:<digest>}:person:<digest>` | a person's id, by the client's sub | with its entry |
| `bridge:{subject:<id>}:sessions` | sorted set of Session keys by expiry | with its last entry |
| `bridge:{<session>}:session` | Session, sealed, behind its two limits | at its end in all |
| `bridge:{sid:<digest>}:session` | the Session's key, by what ID tokens call it | with it |
| `bridge:{<session>}:grants` | set `<grant> <client id>` of what was opened in it | as long as a Session |
| `bridge:{<session>}:over` | a mark that it was ended, so that nothing revives it | after 10 min |
| `bridge:{<key>}:handoff` | a mark that the Handoff is live | after its ttl |
| `bridge:{<key>}:begun` | the Handoff, sealed, behind its browser's digest | 30 min after that |
| `bridge:{<key>}:taken` | the same, once it was taken | when it would have expired |
| `bridge:{<key>}:confirmation` | PendingConfirmation, sealed, behind its answer | after its ttl, or 60 s |
| `bridge:parked:<digest>` | an Interaction too large for a URL, sealed | after 30 min |
| `bridge:{rate:<digest>}:<window>` | a count | after two windows |
| `bridge:{lease:<name>}` | who has it | unless renewed in time |
| `bridge:{probe}` | written to see whether Redis takes writes | after 1 min |
"""

from bridge.stores.redis.codes import RedisCodes
from bridge.stores.redis.confirmations import RedisConfirmations
from bridge.stores.redis.connection import Redis, connect
from bridge.stores.redis.grants import RedisGrants
from bridge.stores.redis.handoffs import RedisHandoffs
from bridge.stores.redis.lease import RedisLease
from bridge.stores.redis.limiter import RedisRateLimiter
from bridge.stores.redis.parking import Parking
from bridge.stores.redis.sessions import RedisSessions
from bridge.stores.redis.tokens import RedisTokens

__all__ = [
    "Parking",
    "Redis",
    "RedisCodes",
    "RedisConfirmations",
    "RedisGrants",
    "RedisHandoffs",
    "RedisLease",
    "RedisRateLimiter",
    "RedisSessions",
    "RedisTokens",
    "connect",
]
