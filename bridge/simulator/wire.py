"""CamDigiKey's side of the wire: opens requests, seals answers, signs tokens (PROTOCOL, Envelope, Signature).

It shares no code with the client's side in bridge.camdigikey, and the vectors check both: so a mistake in one
is not repeated, and hidden, by the other.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA512

from bridge.simulator.pki import Account, Key


class BadRequest(Exception):
    """A request whose envelope does not hold; its text says what, in a word."""


def open_request(account: Account, body: bytes) -> dict[str, Any]:
    """What a partner sent. Raises BadRequest."""
    try:
        outer = json.loads(body)
        client_id, params, signature = outer["clientId"], outer["params"], outer["signature"]
        message = (client_id + "." + params).encode()
        expected = base64.b64encode(hmac.new(account.hmac_key, message, hashlib.sha512).digest()).decode()
        if client_id != account.client_id or not hmac.compare_digest(expected, signature):
            raise BadRequest("signature")
        decryptor = _cipher(account).decryptor()
        padded = decryptor.update(base64.b64decode(params, validate=True)) + decryptor.finalize()
        inner = json.loads(_unpadded(padded))
        json.dumps(inner, ensure_ascii=False).encode()  # half a surrogate pair can't be written again
        if not isinstance(inner, dict) or inner.get("clientId") != client_id:
            raise BadRequest("form")
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise BadRequest(type(error).__name__) from None
    return inner


def _unpadded(padded: bytes) -> bytes:
    """Without its PKCS#7 padding. Raises BadRequest."""
    pad = padded[-1]
    if not 1 <= pad <= 16 or not padded.endswith(bytes([pad]) * pad):
        raise BadRequest("padding")
    return padded[:-pad]


def seal_answer(account: Account, answer: Mapping[str, Any]) -> bytes:
    """An answer in its envelope."""
    plain = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
    pad = 16 - len(plain) % 16
    encryptor = _cipher(account).encryptor()
    sealed = encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
    mac = hmac.new(account.hmac_key, sealed, hashlib.sha512).digest()
    outer = {"data": base64.b64encode(sealed).decode(), "signature": base64.b64encode(mac).decode()}
    return json.dumps(outer).encode()


def sign_token(key: Key, header: Mapping[str, Any], payload: bytes, *, urlsafe: bool) -> str:
    """A token: three parts in base64 or base64url, padded; SHA-512 runs twice. The payload is opaque."""
    encode = base64.urlsafe_b64encode if urlsafe else base64.b64encode
    signed = b".".join(encode(part) for part in (json.dumps(header).encode(), payload))
    signature = key.sign(hashlib.sha512(signed).digest(), ec.ECDSA(SHA512()))
    return (signed + b"." + encode(signature)).decode()


def _cipher(account: Account) -> "Cipher[modes.CBC]":
    return Cipher(algorithms.AES256(account.aes_secret_key), modes.CBC(account.aes_iv_params))
