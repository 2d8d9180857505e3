"""Stores sealed texts that are too long for a URL."""

import os

from bridge.domain.encoding import TokenBytes, random_text
from bridge.stores.redis import layout
from bridge.stores.redis.connection import Redis


class Parking:
    """Sealed texts under random names, which stand in the URL in their place."""

    def __init__(self, redis: Redis, token_bytes: TokenBytes = os.urandom) -> None:
        self._redis = redis
        self._token_bytes = token_bytes

    def put(self, text: str, ttl: int) -> str:
        """Store a text for `ttl` seconds; its name, 192 random bits as URL-safe text."""
        name = random_text(self._token_bytes, 24)
        self._redis.command("SET", layout.parked(name), text, "EX", ttl)
        return name

    def get(self, name: str) -> str | None:
        """The text of that name, which stays: F5 and Back ask for it again."""
        text = self._redis.command("GET", layout.parked(name))
        return None if text is None else text.decode()
