"""Logins that wait for the answer to the page "is this you?"."""

from collections.abc import Mapping

from bridge.domain.ids import ConfirmationKey
from bridge.domain.interaction import PendingConfirmation, Word
from bridge.domain.policy import REPEATED_FOR
from bridge.ports.basics import Counters, Sealer
from bridge.ports.logins import Asked
from bridge.stores.records import PENDING_CONFIRMATION
from bridge.stores.redis import layout
from bridge.stores.redis.connection import Redis, Script
from bridge.stores.sealed import Sealed

# Before the sealed login: whether it waits, or what was said.
_WAITS = "w"
_MARKS: Mapping[Word, str] = {"yes": "y", "no": "n"}
_WORDS: Mapping[str, Word] = {mark: word for word, mark in _MARKS.items()}
_ANSWER = Script("""
local value = redis.call('GET', KEYS[1])
if value and string.sub(value, 1, 1) == 'w' then
  redis.call('SET', KEYS[1], ARGV[1] .. string.sub(value, 2), 'EX', ARGV[2])
end
return value
""")  # returns it as it was before


class RedisConfirmations:
    """ports.ConfirmationStore."""

    def __init__(self, redis: Redis, sealer: Sealer, counters: Counters) -> None:
        self._redis = redis
        self._sealed = Sealed(sealer, PENDING_CONFIRMATION, counters)

    def put(self, pending: PendingConfirmation, ttl: int) -> None:
        """Store a pending login for `ttl` seconds."""
        value = _WAITS + self._sealed.seal(pending)
        self._redis.command("SET", layout.confirmation(pending.key), value, "EX", ttl)

    def peek(self, key: ConfirmationKey) -> Asked | None:
        """The login of this key, left as it is."""
        return self._opened(self._redis.command("GET", layout.confirmation(key)))

    def answer(self, key: ConfirmationKey, word: Word) -> Asked | None:
        """The login of this key, which has its answer now: this one, or the one that it had before."""
        keys = (layout.confirmation(key),)
        return self._opened(self._redis.run(_ANSWER, keys, _MARKS[word], REPEATED_FOR))

    def _opened(self, value: bytes | None) -> Asked | None:
        pending = None if value is None else self._sealed.open(value[1:])
        if value is None or pending is None:
            return None
        return Asked(pending, _WORDS.get(value[:1].decode()))
