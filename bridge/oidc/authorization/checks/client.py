"""Checks of response_type, response_mode, scope and PKCE."""

import re

from bridge.domain.claims import allowed_scope
from bridge.errors import ReturnedToClient
from bridge.oidc.authorization.parts import CodeChallenge, Flow, GrantedScope, UncheckedRequest
from bridge.oidc.response_modes import known_mode

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # SHA-256 in base64url, RFC 7636 §4.2

PKCE_OF_PUBLIC = (
    "The parameter code_challenge is missing: a client without a secret has to use PKCE with S256."
)
PKCE_REQUIRED = (
    "The parameter code_challenge is missing: switch PKCE with S256 on in the application, or,"
    " where it can not, register it with --no-require-pkce (bridge client edit)."
)


def check_response_type(unchecked: UncheckedRequest) -> Flow:
    """The code flow alone (OIDC Core §3.1)."""
    wanted = unchecked.parameters.words("response_type")
    if not wanted:
        raise ReturnedToClient("invalid_request", "The parameter response_type is missing.")
    if wanted != ("code",):
        raise ReturnedToClient("unsupported_response_type", "Only the response_type code is supported.")
    if "authorization_code" not in unchecked.client.grant_types:
        raise ReturnedToClient("unauthorized_client", "This client may not use the authorization code flow.")
    return Flow("code", unchecked.parameters.get("nonce"))


def check_response_mode(unchecked: UncheckedRequest) -> None:
    """Only response modes that we have (OAuth 2.0 Multiple Response Types §2.1); `target` has read it."""
    mode = unchecked.parameters.get("response_mode")
    if mode is not None and known_mode(mode) is None:
        raise ReturnedToClient("invalid_request", "This response_mode is not supported.", mode[:40])


def check_scope(unchecked: UncheckedRequest) -> GrantedScope:
    """openid is required (OIDC Core §3.1.2.1); what the client may not have is dropped (RFC 6749 §3.3)."""
    wanted = unchecked.parameters.words("scope")
    if "openid" not in wanted:
        raise ReturnedToClient("invalid_scope", "The scope openid is missing.")
    return GrantedScope(allowed_scope(unchecked.client, wanted))


def check_pkce(unchecked: UncheckedRequest) -> CodeChallenge:
    """S256, for all but clients registered with an exception (RFC 7636 §4.3, RFC 9700 §2.1.1)."""
    challenge = unchecked.parameters.get("code_challenge")
    method = unchecked.parameters.get("code_challenge_method")
    if challenge is None:
        if unchecked.client.public:
            raise ReturnedToClient("invalid_request", PKCE_OF_PUBLIC)
        if unchecked.client.require_pkce:
            raise ReturnedToClient("invalid_request", PKCE_REQUIRED)
        if method:
            raise ReturnedToClient("invalid_request", "A code_challenge_method came without code_challenge.")
        return CodeChallenge(None)
    if method != "S256":  # a missing method means "plain" (RFC 7636 §4.3)
        raise ReturnedToClient("invalid_request", "Only the code_challenge_method S256 is supported.")
    if not CHALLENGE.fullmatch(challenge):
        raise ReturnedToClient("invalid_request", "The code_challenge is not a SHA-256 in base64url.")
    return CodeChallenge(challenge)
