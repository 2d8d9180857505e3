"""Encryption of stored token responses, which repeated rotations get again.

The key is derived from the old refresh token, which is not stored: only who sends it can open the response.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bridge.errors import SealBroken

_NONCE = 12


def _cipher(token: str) -> AESGCM:
    key = HKDF(SHA256(), 32, salt=None, info=b"answer to a rotation").derive(
        token.encode("utf-8", "surrogatepass")
    )
    return AESGCM(key)


def seal_answer(token: str, answer: bytes) -> bytes:
    """A token response, encrypted with a key derived from `token`."""
    nonce = os.urandom(_NONCE)
    return nonce + _cipher(token).encrypt(nonce, answer, None)


def open_answer(token: str, sealed: bytes) -> bytes:
    """The token response that `seal_answer` encrypted with `token`. Raises SealBroken."""
    try:
        return _cipher(token).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
    except InvalidTag as error:
        raise SealBroken("answer to a rotation: changed") from error
