"""A place for sealed texts that are too large for a URL."""

import os

from bridge.domain.encoding import TokenBytes, random_text
from bridge.stores.redis import layout
from bridge.stores.redis.connection import Redis


class Parking:
    """Sealed texts under random names."""

    def __init__(self, redis: Redis, token_bytes: TokenBytes = os.urandom) -> None:
        self._redis = redis
        self._token_bytes = token_bytes

    def put(self, text: str, ttl: int) -> str:
        """Keep a text for `ttl` seconds; its name, 192 random bits in the URL-safe alphabet."""
        name = random_text(self._token_bytes, 24)
        self._redis.command("SET", layout.parked(name), text, "EX", ttl)
        return name

    def get(self, name: str) -> str | None:
        """The text of that name, left where it is: F5 and Back ask again."""
        text = self._redis.command("GET", layout.parked(name))
        return None if text is None else text.decode()
