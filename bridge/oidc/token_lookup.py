"""Finds what a client presents to introspection or revocation: an access token or a refresh token."""

import re

from bridge.domain.token import AccessToken, RefreshToken
from bridge.ports.grants import TokenStore

B64TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # RFC 6750 §2.1
MAX_TOKEN = 8192  # characters; a JWT of ours has a fifth of it


def could_be_token(text: str) -> bool:
    """Whether it is worth a look into a store."""
    return len(text) <= MAX_TOKEN and B64TOKEN.fullmatch(text) is not None


def find_token(
    tokens: TokenStore, text: str, hint: str | None, now: int
) -> AccessToken | RefreshToken | None:
    """The record of a token that has not expired, of a Grant that has not ended.

    The hint says where to look first; whatever it says, both kinds are looked for (RFC 7009 §2.1, RFC 7662
    §2.1). A code is none of them.
    """
    if not could_be_token(text):
        return None
    if hint == "refresh_token":
        return tokens.refresh_token(text, now) or tokens.access_token(text, now)
    return tokens.access_token(text, now) or tokens.refresh_token(text, now)
