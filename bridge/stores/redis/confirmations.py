"""Logins that wait for the answer to the page "is this you?"."""

from bridge.domain.ids import ConfirmationKey
from bridge.domain.interaction import PendingConfirmation
from bridge.ports.basics import Counters, Sealer
from bridge.stores.records import PENDING_CONFIRMATION
from bridge.stores.redis import layout
from bridge.stores.redis.connection import Redis
from bridge.stores.sealed import Sealed


class RedisConfirmations:
    """ports.ConfirmationStore."""

    def __init__(self, redis: Redis, sealer: Sealer, counters: Counters) -> None:
        self._redis = redis
        self._sealed = Sealed(sealer, PENDING_CONFIRMATION, counters)

    def put(self, pending: PendingConfirmation, ttl: int) -> None:
        """Store a pending login for `ttl` seconds."""
        value = self._sealed.seal(pending)
        self._redis.command("SET", layout.confirmation(pending.key), value, "EX", ttl)

    def peek(self, key: ConfirmationKey) -> PendingConfirmation | None:
        """The pending login of this key, which stays."""
        return self._sealed.open(self._redis.command("GET", layout.confirmation(key)))

    def take(self, key: ConfirmationKey) -> PendingConfirmation | None:
        """The pending login of this key, once."""
        return self._sealed.open(self._redis.command("GETDEL", layout.confirmation(key)))
