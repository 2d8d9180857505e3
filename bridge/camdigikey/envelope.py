"""The envelope of every POST: AES-256-CBC inside, HMAC-SHA-512 outside (PROTOCOL, Envelope).

Only the answer with the signer's certificates has no envelope. Whatever can't be read is an EnvelopeError.
"""

import base64
import binascii
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from bridge.camdigikey.errors import AnswerError, EnvelopeError, api_error
from bridge.camdigikey.models import Partner

BLOCK_BITS = 128  # of AES
MAX_CERTIFICATES = 16  # in the chain that is sent


def wrap(partner: Partner, request: Mapping[str, object]) -> bytes:
    """The body of a request; what is signed is the client id and the base64 text of `params`.

    Raises EnvelopeError for a text that is not Unicode (half of a surrogate pair).
    """
    try:
        plain = json.dumps(request, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise EnvelopeError("the request holds a text that is not Unicode") from None
    padder = PKCS7(BLOCK_BITS).padder()
    encryptor = _cipher(partner).encryptor()
    sealed = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    params = base64.b64encode(sealed).decode()
    signature = hmac.digest(partner.hmac_key, f"{partner.client_id}.{params}".encode(), "sha512")
    wrapped = {
        "clientId": partner.client_id,
        "params": params,
        "signature": base64.b64encode(signature).decode(),
    }
    return json.dumps(wrapped, separators=(",", ":")).encode()


def unwrap(partner: Partner, body: bytes) -> dict[str, Any]:
    """The answer inside an envelope, `{"error", "message", "data"}`. Raises EnvelopeError.

    The signature over the ciphertext's bytes is checked, in constant time, before anything is decrypted.
    An AnswerError where all of that holds, and what is inside is no object in JSON.
    """
    outer = _object(body, "the answer")
    sealed = _bytes(outer, "data")
    if not hmac.compare_digest(_bytes(outer, "signature"), hmac.digest(partner.hmac_key, sealed, "sha512")):
        raise EnvelopeError("the answer's signature does not verify")
    try:
        decryptor = _cipher(partner).decryptor()
        unpadder = PKCS7(BLOCK_BITS).unpadder()
        plain = unpadder.update(decryptor.update(sealed) + decryptor.finalize()) + unpadder.finalize()
    except ValueError:
        raise EnvelopeError("the answer can't be decrypted") from None
    try:
        return _object(plain, "the decrypted answer")
    except EnvelopeError as error:  # the server's MAC holds: one person's record may have broken its JSON
        raise AnswerError(str(error)) from None


def data_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The data of an answer without an error; raises ApiError and its kinds, or AnswerError."""
    error = _number(answer.get("error"))
    if error is None:
        raise AnswerError("the answer says neither success nor error")
    if error != 0:
        raise api_error(error, str(answer.get("message") or "")[:200])
    data = answer.get("data")
    if not isinstance(data, dict):
        raise AnswerError("the answer holds no data")
    return data


def certificates(body: bytes) -> list[x509.Certificate]:
    """The answer that has no envelope: `{"error": 0, "data": [PEM, …]}`, signer first.

    Raises EnvelopeError, and ApiError as `data_of` does.
    """
    answer = _object(body, "the answer")
    texts = answer.get("data")
    if answer.get("error") is not None and _number(answer["error"]) != 0:
        data_of(answer)
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise EnvelopeError("the answer holds no list of certificates")
    if len(texts) > MAX_CERTIFICATES:
        raise EnvelopeError("the answer holds too many certificates")
    try:
        return [x509.load_pem_x509_certificate(text.encode()) for text in texts]
    except (ValueError, x509.InvalidVersion):
        raise EnvelopeError("a certificate can't be read") from None


def _number(value: object) -> int | None:
    """A whole number, however it is written."""
    if isinstance(value, float | str) and re.fullmatch(r"-?[0-9]{1,9}(\.0)?", str(value)):
        return int(float(value))
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _cipher(partner: Partner) -> "Cipher[CBC]":
    return Cipher(AES256(partner.aes_secret_key), CBC(partner.aes_iv_params))


def _object(text: bytes, what: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise EnvelopeError(f"{what} is not JSON") from None
    if not isinstance(found, dict):
        raise EnvelopeError(f"{what} is not an object")
    return found


def _bytes(outer: Mapping[str, Any], name: str) -> bytes:
    value = outer.get(name)
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except (binascii.Error, ValueError):
        raise EnvelopeError(f"the envelope's {name} is not base64") from None
