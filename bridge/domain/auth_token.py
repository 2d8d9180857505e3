"""The auth token of a callback: one canonical form is burnt, hashed and sent on alike (DESIGN §6.22)."""

import re
from urllib.parse import unquote

from bridge.domain.encoding import digest

MAX_LENGTH = 8192  # characters
_LETTERS = re.compile(r"[A-Za-z0-9._~+/=-]+")  # RFC 6750 §2.1, and JWTs (RFC 7515 §3.1)


def canonical_auth_token(text: str) -> str | None:
    """The token of a callback's parameter; None for what is not one.

    CamDigiKey sends tokens that are percent-encoded once more, so that is taken away, once. What then still
    has a percent sign is refused: a burnt token must not come back in other letters.
    """
    token = unquote(text, errors="strict") if _is_decodable(text) else text
    if len(token) > MAX_LENGTH or not _LETTERS.fullmatch(token):
        return None
    return token


def spent_form(token: str) -> str:
    """What of a canonical token is burnt: of a JWT all but its signature.

    A signature has many spellings (base64 or base64url, padded or not, with stray bits, PROTOCOL, Token
    signature), and ECDSA has many signatures of one text; what is signed has one.
    """
    signed, dot, _ = token.rpartition(".")
    return signed if dot and signed.count(".") == 1 else token


def audit_mark(token: str) -> str:
    """How the audit trail names a canonical token: by a short hash, the same however it is signed."""
    return digest(spent_form(token))[:16]


def _is_decodable(text: str) -> bool:
    try:
        unquote(text, errors="strict")
    except UnicodeDecodeError:
        return False
    return True
