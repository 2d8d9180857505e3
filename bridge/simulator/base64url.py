"""base64url without padding, as JOSE writes it (RFC 7515 §2)."""

import base64


def encode(data: bytes) -> str:
    """The text of some bytes."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
