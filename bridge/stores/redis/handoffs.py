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

_TAKE = Script("""
local live = redis.call('GET', KEYS[1])
if not live or string.sub(live, 1, #ARGV[1]) ~= ARGV[1] then return false end
redis.call('RENAME', KEYS[1], KEYS[2])
return live
""")  # RENAME keeps the TTL: it is remembered until it would have expired


class RedisHandoffs:
    """ports.HandoffStore."""

    def __init__(self, redis: Redis, sealer: Sealer, counters: Counters) -> None:
        self._redis = redis
        self._sealed = Sealed(sealer, HANDOFF, counters)

    def begin(self, handoff: Handoff, ttl: int, *, replace: bool) -> Begun:
        """Store it for `ttl` seconds; without `replace` not where a live one has the same key."""
        value = digest(handoff.browser) + self._sealed.seal(handoff)
        only_new = () if replace else ("NX",)
        answer = layout.origin_answer(Origin("interaction", handoff.interaction.id))
        created, answered = self._redis.together(
            ("SET", layout.handoff(handoff.key), value, "EX", ttl, *only_new), ("EXISTS", answer)
        )
        if created is None:
            return "other live"
        return "answered" if answered else "begun"

    def take(self, key: HandoffKey, browser: BrowserId) -> Handoff | None:
        """Take a live one of this browser, once, and remember that it was taken."""
        keys = (layout.handoff(key), layout.handoff_taken(key))
        return self._opened(self._redis.run(_TAKE, keys, digest(browser)))

    def taken(self, key: HandoffKey, browser: BrowserId) -> Handoff | None:
        """One that this browser has taken before."""
        value = self._redis.command("GET", layout.handoff_taken(key))
        if value is None or value[:_BROWSER].decode() != digest(browser):
            return None
        return self._opened(value)

    def peek(self, key: HandoffKey) -> Handoff | None:
        """A live one, left as it is."""
        return self._opened(self._redis.command("GET", layout.handoff(key)))

    def _opened(self, value: bytes | None) -> Handoff | None:
        return None if value is None else self._sealed.open(value[_BROWSER:])
