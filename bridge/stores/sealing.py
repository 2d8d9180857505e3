"""Encryption at rest with the master keys, and Interactions in URLs.

A sealed text is base64url(version | key id | nonce | ciphertext), without padding. Each purpose has a key of
its own (HKDF-SHA256 from the master key), so a text sealed for one purpose opens for no other. The first
master key seals, and all of them unseal: to change the key, a new one is put before the old ones.
"""

import hashlib
import hmac
import os
import re
import zlib
from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bridge.domain.encoding import base64url, from_base64url
from bridge.domain.interaction import Interaction
from bridge.errors import SealBroken
from bridge.ports.basics import Counters, Sealer
from bridge.stores.records import INTERACTION, RecordUnreadable
from bridge.stores.redis.parking import Parking
from bridge.stores.sealed import note_unreadable

_VERSION = b"\x01"
_NONCE = 12  # bytes; 96 random bits (NIST SP 800-38D §8.2.2)
_HEAD = 1 + 4 + _NONCE
_ALPHABET = re.compile(r"[A-Za-z0-9_-]+")
MAX_IN_URL = 2800  # characters: with the other headers of a redirect less than the 4 KiB that proxies take
PARKED_FOR = 30 * 60  # seconds; as long as an Interaction lives
_PARKED = "p."  # no sealed text has a dot
# Texts that most Interactions hold, which the compression then does not have to repeat. A change here ends
# the sign-ins that are under way, and nothing else.
_COMPRESSION_DICTIONARY = (
    b'"login_hint":"ui_locales":["km","en"],"claims_locales":["km"],"max_age":"prompt":["login","none"],'
    b'"response_mode":"form_post","failure":"consented_by":"email","phone","offline_access"],"nonce":"'
    b'{"v":1,"kind":"interaction","body":{"id":"","request":{"client_id":"","redirect_uri":"https://'
    b'","state":"","scope":["openid","profile"],"nonce":"","code_challenge":""},"browser":"","created_at":17'
)


def derived_key(secret: bytes, info: str) -> bytes:
    """A 256-bit key derived from a secret for one use, which `info` names (HKDF, RFC 5869)."""
    return HKDF(SHA256(), 32, salt=None, info=info.encode()).derive(secret)


class MasterSealer:
    """ports.Sealer with AES-256-GCM.

    `keys`: the master keys, newest first, each of 32 random bytes or more. `mac` uses the last one, the
    oldest, so that a new key changes no hash that is stored.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) < 32 for key in keys):
            raise ValueError("there must be a master key, and each must have at least 32 bytes")
        self._keys = tuple(keys)
        self._ids = tuple(
            hashlib.sha256(b"bridge key id" + derived_key(key, "id")).digest()[:4] for key in keys
        )
        self._ciphers: dict[tuple[int, str], AESGCM] = {}
        self._mac_keys: dict[str, bytes] = {}

    def seal(self, purpose: str, data: bytes) -> str:
        """Text in the URL-safe alphabet that only `unseal` with the same purpose opens."""
        nonce = os.urandom(_NONCE)
        sealed = self._cipher(0, purpose).encrypt(nonce, data, purpose.encode())
        return base64url(_VERSION + self._ids[0] + nonce + sealed)

    def unseal(self, purpose: str, text: str) -> bytes:
        """What was sealed. Raises SealBroken."""
        token = _decoded(purpose, text)
        for number, key_id in enumerate(self._ids):
            if key_id == token[1:5]:
                try:
                    return self._cipher(number, purpose).decrypt(
                        token[5:_HEAD], token[_HEAD:], purpose.encode()
                    )
                except InvalidTag:
                    continue
        raise SealBroken(f"{purpose}: not sealed by one of our keys, or changed")

    def mac(self, purpose: str, text: str) -> str:
        """A keyed hash (HMAC-SHA-256) of `text`, hexadecimal, by the oldest master key."""
        key = self._mac_keys.get(purpose)
        if key is None:
            key = self._mac_keys[purpose] = derived_key(self._keys[-1], "mac " + purpose)
        return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def _cipher(self, number: int, purpose: str) -> AESGCM:
        """The cipher for one master key and purpose; all are kept, since purposes are few and fixed."""
        cipher = self._ciphers.get((number, purpose))
        if cipher is None:
            cipher = self._ciphers[number, purpose] = AESGCM(
                derived_key(self._keys[number], "seal " + purpose)
            )
        return cipher


def _decoded(purpose: str, text: str) -> bytes:
    if not _ALPHABET.fullmatch(text):  # b64decode would skip what isn't of the alphabet
        raise SealBroken(f"{purpose}: not a sealed text")
    try:
        token = from_base64url(text)
    except ValueError as error:
        raise SealBroken(f"{purpose}: not a sealed text") from error
    canonical = base64url(token) == text  # one text for one sealing
    if not canonical or token[:1] != _VERSION or len(token) < _HEAD:
        raise SealBroken(f"{purpose}: not a sealed text")
    return token


class SealedInteractions:
    """ports.InteractionSeal: Interactions as text for a URL; a long one is parked in Redis."""

    def __init__(
        self, sealer: Sealer, parking: Parking, counters: Counters, max_length: int = MAX_IN_URL
    ) -> None:
        self._sealer = sealer
        self._parking = parking
        self._counters = counters
        self._max_length = max_length

    def seal(self, interaction: Interaction, before_parking: Callable[[], None] = lambda: None) -> str:
        """Text for a URL. `before_parking` is called when the Interaction has to be parked, and may raise.

        Raises StoreUnavailable, but only when it has to be parked.
        """
        text = self._sealer.seal(INTERACTION.kind, _compressed(INTERACTION.dump(interaction)))
        if len(text) <= self._max_length:
            return text
        before_parking()
        return _PARKED + self._parking.put(text, PARKED_FOR)

    def unseal(self, text: str) -> Interaction:
        """Raises SealBroken, also for one that was parked and has gone; StoreUnavailable."""
        if text.startswith(_PARKED):
            parked = self._parking.get(text.removeprefix(_PARKED))
            if parked is None:
                raise SealBroken(f"{INTERACTION.kind}: parked no longer")
            text = parked
        data = self._sealer.unseal(INTERACTION.kind, text)
        try:
            return INTERACTION.load(_decompressed(data))
        except RecordUnreadable as error:  # we sealed it, so operators should know
            note_unreadable(self._counters, error)
            raise SealBroken(f"{INTERACTION.kind}: sealed by another version") from None


def _compressed(data: bytes) -> bytes:
    """Raw deflate (RFC 1951), without a checksum: the seal detects changes already."""
    deflate = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=_COMPRESSION_DICTIONARY)
    return deflate.compress(data) + deflate.flush()


def _decompressed(data: bytes) -> bytes:
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS, zdict=_COMPRESSION_DICTIONARY).decompress(data)
    except zlib.error:
        raise RecordUnreadable(INTERACTION.kind, "json") from None
