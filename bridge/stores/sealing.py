"""Encryption at rest with the master keys, and Interactions in URLs.

A sealed text is base64url(version | key id | nonce | ciphertext), without padding. Each purpose has a key of
its own (HKDF-SHA256 from the master key), so a text sealed for one purpose opens for no other. All master
keys open, and one of them seals: which one, all instances learn from SQL (`sql.master_keys`), so that none
seals what another can't open.
"""

import hashlib
import os
import re
import zlib
from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bridge.domain.encoding import base64url, from_base64url
from bridge.domain.interaction import Interaction
from bridge.errors import SealBroken, UnknownMasterKey
from bridge.ports.basics import Counters, Sealer
from bridge.stores.hashes import DerivedHashes, Hashes, derived_key
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


def master_key_id(key: bytes) -> str:
    """The name of a master key, which tells nothing of it: eight hexadecimal digits."""
    return hashlib.sha256(b"bridge key id" + derived_key(key, "id")).digest()[:4].hex()


def sealing_key_id(head: str) -> str:
    """The id of the key that a text was sealed with, by its first seven characters."""
    return from_base64url(head[:7] + "A")[1:5].hex()


class MasterSealer:
    """ports.Sealer with AES-256-GCM.

    `keys`: the master keys, each of 32 random bytes or more. The first one seals until `use` names another;
    `mac` uses the last one until `hash_by` brings hashes that do not hang on master keys.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) < 32 for key in keys):
            raise ValueError("there must be a master key, and each must have at least 32 bytes")
        self._keys = tuple(keys)
        self.key_ids = tuple(map(master_key_id, keys))
        self._heads = tuple(_VERSION + bytes.fromhex(key_id) for key_id in self.key_ids)
        self._sealing = 0  # its place among the keys
        self._ciphers: dict[tuple[int, str], AESGCM] = {}
        self._hashes: Hashes = DerivedHashes(keys[-1])

    @property
    def seals_with(self) -> str:
        """The id of the key that seals."""
        return self.key_ids[self._sealing]

    def use(self, key_id: str) -> bool:
        """Seal with this key from now on; False, and nothing changes, where it is not known here."""
        if key_id not in self.key_ids:
            return False
        self._sealing = self.key_ids.index(key_id)
        return True

    def hash_by(self, hashes: Hashes) -> None:
        """Take `mac` and `macs` from there."""
        self._hashes = hashes

    def key_for(self, key_id: str, use: str) -> bytes:
        """A key derived from the master key of that id, for one use. Raises UnknownMasterKey."""
        if key_id not in self.key_ids:
            raise UnknownMasterKey(key_id)
        return derived_key(self._keys[self.key_ids.index(key_id)], use)

    def seal(self, purpose: str, data: bytes) -> str:
        """Text in the URL-safe alphabet that only `unseal` with the same purpose opens."""
        nonce = os.urandom(_NONCE)
        place = self._sealing
        sealed = self._cipher(place, purpose).encrypt(nonce, data, purpose.encode())
        return base64url(self._heads[place] + nonce + sealed)

    def unseal(self, purpose: str, text: str) -> bytes:
        """What was sealed. Raises SealBroken; UnknownMasterKey where another key sealed it."""
        token = _decoded(purpose, text)
        named = token[:5]
        if named not in self._heads:
            raise UnknownMasterKey(named[1:].hex())
        for place, head in enumerate(self._heads):  # two keys may have one id
            if head == named:
                try:
                    return self._cipher(place, purpose).decrypt(
                        token[5:_HEAD], token[_HEAD:], purpose.encode()
                    )
                except InvalidTag:
                    continue
        raise SealBroken(f"{purpose}: changed, or sealed for another purpose")

    def mac(self, purpose: str, text: str) -> str:
        """A keyed hash (HMAC-SHA-256) of `text`, to be kept."""
        return self._hashes.mac(purpose, text)

    def macs(self, purpose: str, text: str) -> tuple[str, ...]:
        """Every keyed hash of `text` that counts today, to be compared with what was kept."""
        return self._hashes.macs(purpose, text)

    def _cipher(self, place: int, purpose: str) -> AESGCM:
        """The cipher for one master key and purpose; all are kept, since purposes are few and fixed."""
        cipher = self._ciphers.get((place, purpose))
        if cipher is None:
            cipher = self._ciphers[place, purpose] = AESGCM(derived_key(self._keys[place], "seal " + purpose))
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
