"""Keyed hashes: of clients' secrets, and of the forms that a browser was given (CSRF).

Their keys are apart from the master keys, which only seal them: a change of master key changes no hash.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Protocol

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bridge.domain.lasting_keys import HASHING_KEYS, HashingKey
from bridge.ports.basics import Clock
from bridge.ports.keys import LastingKey, RenewableKeys


class Hashes(Protocol):
    """Makes keyed hashes."""

    def mac(self, purpose: str, text: str) -> str:
        """One to be kept."""

    def macs(self, purpose: str, text: str) -> tuple[str, ...]:
        """All that count today, whatever key made them."""


def derived_key(secret: bytes, info: str) -> bytes:
    """A 256-bit key derived from a secret for one use, which `info` names (HKDF, RFC 5869)."""
    return HKDF(SHA256(), 32, salt=None, info=info.encode()).derive(secret)


class DerivedHashes:
    """Hashes by one secret, from which each purpose has a key of its own."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._keys: dict[str, bytes] = {}

    def mac(self, purpose: str, text: str) -> str:
        """HMAC-SHA-256, hexadecimal."""
        key = self._keys.get(purpose)
        if key is None:
            key = self._keys[purpose] = derived_key(self._secret, "mac " + purpose)
        return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def macs(self, purpose: str, text: str) -> tuple[str, ...]:
        """The one there is."""
        return (self.mac(purpose, text),)


class LastingHashes:
    """Hashes by keys that rest in SQL, a key for each row of HASHING_KEYS; `read` them before anything else.

    A hash by a later key than the first begins with that key's number. A new key hashes only when every
    process has had the time to read it; from then on its predecessor counts for as long as the row says.
    """

    def __init__(self, keys: RenewableKeys, clock: Clock) -> None:
        self._store = keys
        self._clock = clock
        self._rows: Mapping[str, HashingKey] = {row.purpose: row for row in HASHING_KEYS}
        self._keys: Mapping[str, Sequence[LastingKey]] = {}
        self._hashes: dict[tuple[str, int], DerivedHashes] = {}

    def read(self) -> None:
        """Read the keys anew. Raises StoreUnavailable, SealBroken; then those of before go on."""
        self._keys = {row.purpose: self._store.all(row.name) for row in HASHING_KEYS}

    def mac(self, purpose: str, text: str) -> str:
        """By the newest key that every process has read."""
        number = self._rows[purpose].current(self._keys[purpose], self._clock())
        return self._hash(purpose, number, text)

    def macs(self, purpose: str, text: str) -> tuple[str, ...]:
        """By every key that counts: as many as there are, whatever is compared with them."""
        numbers = self._rows[purpose].counting(self._keys[purpose], self._clock())
        return tuple(self._hash(purpose, number, text) for number in numbers)

    def _hash(self, purpose: str, number: int, text: str) -> str:
        hashes = self._hashes.get((purpose, number))
        if hashes is None:
            secret = next(key.secret for key in self._keys[purpose] if key.number == number)
            hashes = self._hashes[purpose, number] = DerivedHashes(secret)
        made = hashes.mac(purpose, text)
        return made if number == 1 else f"{number}:{made}"
