"""Unpadded base64url (RFC 7515 §2), random text, and the hash under which secrets are stored."""

import base64
import binascii
import hashlib
from collections.abc import Callable

TokenBytes = Callable[[int], bytes]  # returns that many random bytes: os.urandom, but in tests


def base64url(data: bytes) -> str:
    """Bytes as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """The bytes of unpadded base64url. Raises ValueError."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError("not base64url") from error


def random_text(token_bytes: TokenBytes, size: int) -> str:
    """`size` random bytes as URL-safe text."""
    return base64url(token_bytes(size))


def digest(text: str) -> str:
    """SHA-256 in hexadecimal: what a store keeps in place of a token or a cookie's secret."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
