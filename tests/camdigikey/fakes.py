"""A transport without a server: it answers by what the test hands it, in an envelope made apart from ours."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bridge.camdigikey import Partner


def seal(partner: Partner, plain: bytes) -> bytes:
    """An answer's envelope around any bytes, padded as PKCS#7 wants it."""
    pad = 16 - len(plain) % 16
    return seal_padded(partner, plain + bytes([pad]) * pad)


def seal_padded(partner: Partner, padded: bytes) -> bytes:
    """The same without padding of ours: a multiple of 16 bytes, or not quite an answer."""
    cipher = Cipher(algorithms.AES256(partner.aes_secret_key), modes.CBC(partner.aes_iv_params))
    encryptor = cipher.encryptor()
    return sign(partner, encryptor.update(padded) + encryptor.finalize())


def sign(partner: Partner, data: bytes) -> bytes:
    """An envelope with a right signature around any data."""
    mac = hmac.new(partner.hmac_key, data, hashlib.sha512).digest()
    encode = base64.b64encode
    return json.dumps({"data": encode(data).decode(), "signature": encode(mac).decode()}).encode()


class Answers:
    """A Transport. `answer`: an answer's bytes, an object to send as JSON, an error to raise, or a function
    of method and path that gives one of these."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[tuple[str, str, bytes]] = []
        self.closed = False

    def send(self, method: str, path: str, body: bytes | None) -> bytes:
        self.asked.append((method, path, body or b""))
        found = self.answer(method, path) if callable(self.answer) else self.answer
        if isinstance(found, Exception):
            raise found
        return found if isinstance(found, bytes) else json.dumps(found).encode()

    def close(self) -> None:
        self.closed = True
