"""Looks up a token that may be an access token or a refresh token, for introspection and revocation."""

import re

from bridge.domain.client import Client
from bridge.domain.token import AccessToken, RefreshToken
from bridge.oidc.answer import Form
from bridge.oidc.errors import invalid_request
from bridge.ports.grants import TokenStore

B64TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # RFC 6750 §2.1
MAX_TOKEN = 8192  # characters; a JWT of ours has a fifth of it


def could_be_token(text: str) -> bool:
    """Whether a text has the form and length of a token; if not, no store has to be asked."""
    return len(text) <= MAX_TOKEN and B64TOKEN.fullmatch(text) is not None


def token_parameter(form: Form, client: Client) -> str:
    """The parameter `token`. Raises OAuthError (invalid_request) where it is missing."""
    text = form.get("token")
    if text is None:
        raise invalid_request("The parameter token is missing.", client.client_id)
    return text


def find_token(
    tokens: TokenStore, text: str, hint: str | None, now: int
) -> AccessToken | RefreshToken | None:
    """The record of a token that has not expired, of a Grant that has not ended.

    `hint` (token_type_hint) says which kind to try first; both are tried, whatever it says (RFC 7009 §2.1,
    RFC 7662 §2.1). None for everything else, also for an authorization code.
    """
    if not could_be_token(text):
        return None
    if hint == "refresh_token":
        return tokens.refresh_token(text, now) or tokens.access_token(text, now)
    return tokens.access_token(text, now) or tokens.refresh_token(text, now)
