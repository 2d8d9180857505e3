"""Handoffs on their way to CamDigiKey."""

from bridge.domain.encoding import digest
from bridge.domain.grant import Origin
from bridge.domain.ids import BrowserId, HandoffKey
from bridge.domain.interaction import Handoff
from bridge.ports.basics import Counters, Sealer
from bridge.ports.logins import Begun
from bridge.stores.records import HANDOFF
from bridge.stores.redis import layout
from bridge.stores.redis.connection import Redis, Script
from bridge.stores.sealed import Sealed

_BROWSER = 64  # characters: the browser's digest, which stands before the sealed Handoff
# Seconds beyond its life, so that who comes back late is told so and by which application, and can go on.
REMEMBERED_FOR = 1800

# A mark that it is live, and the Handoff itself, which outlives the mark.
_BEGIN = Script("""
if ARGV[3] == '' and redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('SET', KEYS[1], '1', 'EX', ARGV[2])
redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2] + ARGV[4])
return 1
""")
_TAKE = Script("""
local left = redis.call('PTTL', KEYS[1])
local begun = redis.call('GET', KEYS[2])
if left <= 0 or not begun or string.sub(begun, 1, #ARGV[1]) ~= ARGV[1] then return false end
redis.call('DEL', KEYS[1])
redis.call('RENAME', KEYS[2], KEYS[3])
redis.call('PEXPIRE', KEYS[3], left)
return begun
""")  # once taken it is remembered until it would have expired


class RedisHandoffs:
    """ports.HandoffStore."""

    def __init__(self, redis: Redis, sealer: Sealer, counters: Counters) -> None:
        self._redis = redis
        self._sealed = Sealed(sealer, HANDOFF, counters)

    def begin(self, handoff: Handoff, ttl: int, *, replace: bool) -> Begun:
        """Store it for `ttl` seconds; without `replace` not where a live one has the same key."""
        value = digest(handoff.browser) + self._sealed.seal(handoff)
        keys = (layout.handoff(handoff.key), layout.handoff_begun(handoff.key))
        answer = layout.origin_answer(Origin("interaction", handoff.interaction.id))
        created, answered = self._redis.together(
            _BEGIN.call(keys, value, ttl, "replace" if replace else "", REMEMBERED_FOR), ("EXISTS", answer)
        )
        if not created:
            return "other live"
        return "answered" if answered else "begun"

    def take(self, key: HandoffKey, browser: BrowserId) -> Handoff | None:
        """Take a live one of this browser, once, and remember that it was taken."""
        keys = (layout.handoff(key), layout.handoff_begun(key), layout.handoff_taken(key))
        return self._opened(self._redis.run(_TAKE, keys, digest(browser)))

    def taken(self, key: HandoffKey, browser: BrowserId) -> Handoff | None:
        """One that this browser has taken before."""
        value = self._redis.command("GET", layout.handoff_taken(key))
        if value is None or value[:_BROWSER].decode() != digest(browser):
            return None
        return self._opened(value)

    def peek(self, key: HandoffKey) -> Handoff | None:
        """A live one, left as it is."""
        mark, begun = self._redis.command("MGET", layout.handoff(key), layout.handoff_begun(key))
        return self._opened(begun) if mark is not None else None

    def remembered(self, key: HandoffKey) -> Handoff | None:
        """One that was begun under this key: live, expired or taken, whichever browser began it."""
        begun, taken = self._redis.command("MGET", layout.handoff_begun(key), layout.handoff_taken(key))
        return self._opened(begun if begun is not None else taken)

    def _opened(self, value: bytes | None) -> Handoff | None:
        return None if value is None else self._sealed.open(value[_BROWSER:])
