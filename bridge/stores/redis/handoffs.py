"""Handoffs on their way to CamDigiKey, and Arrivals that wait for the person's word."""

from dataclasses import dataclass

from bridge.domain.interaction import Handoff, Interaction
from bridge.domain.token import digest
from bridge.ports import Arrival, Sealer
from bridge.stores.codec import Sealed
from bridge.stores.redis import layout
from bridge.stores.redis.connection import Redis, Script

_BROWSER = 64  # characters of the digest of the browser, in front of the sealed Handoff

_TAKE = Script("""
local live = redis.call('GET', KEYS[1])
if not live or string.sub(live, 1, #ARGV[1]) ~= ARGV[1] then return false end
redis.call('RENAME', KEYS[1], KEYS[2])
return live
""")  # RENAME keeps the TTL: it is remembered for as long as it would have lived


class RedisHandoffs:
    """ports.HandoffStore."""

    def __init__(self, redis: Redis, sealer: Sealer) -> None:
        self._redis = redis
        self._sealed = Sealed(sealer, "handoff", Handoff)

    def begin(self, handoff: Handoff, ttl: int, *, replace: bool) -> bool:
        """Keep it for `ttl` seconds; without `replace` False when a live one has the same key."""
        value = digest(handoff.browser) + self._sealed.seal(handoff)
        only_new = () if replace else ("NX",)
        return (
            self._redis.command("SET", layout.handoff(handoff.key), value, "EX", ttl, *only_new) is not None
        )

    def take(self, key: str, browser: str) -> Handoff | None:
        """Take a live one of this browser, once, and remember that it was taken."""
        keys = (layout.handoff(key), layout.handoff_taken(key))
        return self._opened(self._redis.run(_TAKE, keys, digest(browser)))

    def taken(self, key: str, browser: str) -> Handoff | None:
        """One that this browser has taken before."""
        value = self._redis.command("GET", layout.handoff_taken(key))
        if value is None or value[:_BROWSER].decode() != digest(browser):
            return None
        return self._opened(value)

    def peek(self, key: str) -> Handoff | None:
        """A live one, left as it is."""
        return self._opened(self._redis.command("GET", layout.handoff(key)))

    def _opened(self, value: bytes | None) -> Handoff | None:
        return None if value is None else self._sealed.open(value[_BROWSER:])


@dataclass(frozen=True, slots=True)
class _Waiting:
    interaction: Interaction
    arrival: Arrival


class RedisWaiting:
    """ports.WaitingStore."""

    def __init__(self, redis: Redis, sealer: Sealer) -> None:
        self._redis = redis
        self._sealed = Sealed(sealer, "waiting", _Waiting)

    def put(self, key: str, interaction: Interaction, arrival: Arrival, ttl: int) -> None:
        """Keep who arrived, for `ttl` seconds."""
        value = self._sealed.seal(_Waiting(interaction, arrival))
        self._redis.command("SET", layout.waiting(key), value, "EX", ttl)

    def peek(self, key: str) -> tuple[Interaction, Arrival] | None:
        """Who waits, left as it is."""
        return self._opened(self._redis.command("GET", layout.waiting(key)))

    def take(self, key: str) -> tuple[Interaction, Arrival] | None:
        """Who waits, once."""
        return self._opened(self._redis.command("GETDEL", layout.waiting(key)))

    def _opened(self, value: bytes | None) -> tuple[Interaction, Arrival] | None:
        waiting = self._sealed.open(value)
        return None if waiting is None else (waiting.interaction, waiting.arrival)
