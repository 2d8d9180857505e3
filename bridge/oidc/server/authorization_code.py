"""grant_type=authorization_code (RFC 6749 §4.1.3) with PKCE (RFC 7636)."""

import hmac
from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, grants
from authlib.oauth2.rfc7636 import CodeChallenge, create_s256_code_challenge

from bridge.domain.client import AUTH_METHODS, Client
from bridge.domain.grant import Grant
from bridge.domain.token import RedeemedCode, SpentCode
from bridge.oidc.server.credentials import CodeCredential
from bridge.oidc.token_issuer import IssuedTokens, TokenIssuer
from bridge.ports.basics import AuditLog
from bridge.ports.grants import CodeStore, GrantStore, TokenStore


@dataclass(frozen=True, slots=True)
class CodeExchange:
    """Tokens for a code: the code is taken first, tokens are minted second."""

    codes: CodeStore
    grants: GrantStore
    tokens: TokenStore
    audit: AuditLog
    issuer: TokenIssuer

    def redeem(self, code: str, client: Client, now: int) -> RedeemedCode | None:
        """Take it. Another client's code is none, and stays for its own; a spent one ends its Grant.

        (RFC 6749 §4.1.2, §10.5: a replay by the same client, which has proven itself, and by nobody else.)
        """
        taken = self.codes.take(code, client.client_id, now)
        if isinstance(taken, SpentCode):
            self.grants.end(taken.grant_id, now)
            self.audit.record("code.replayed", now, client_id=client.client_id)
            return None
        return taken if taken is not None and client.existed_at(taken.grant.created_at) else None

    def issue(
        self, redeemed: RedeemedCode, client: Client, scope: list[str], now: int, *, refreshable: bool
    ) -> IssuedTokens:
        """The first tokens of a Grant. The nonce is the code's: no later ID token repeats it."""
        grant = redeemed.grant
        wanted = refreshable and (not grant.offline or "offline_access" in scope)
        refresh = self.issuer.first_refresh(grant, client, now) if wanted else None
        return self.issuer.issue(grant, client, scope, refresh, now, nonce=redeemed.code.nonce)

    def keep(self, issued: IssuedTokens) -> None:
        """Keep the tokens, unless the Grant was ended since the code was taken: then they are dead already.

        They are given all the same, as if the end had come a moment later. Of many exchanges at once so one
        gets an answer, and not none whenever a replay overtakes it; what the answer holds is worth nothing.
        """
        self.tokens.mint(issued.grant, issued.access, issued.refresh)


def same_challenge(code_verifier: str, code_challenge: str) -> bool:
    """RFC 7636 §4.6, in a time that tells nothing."""
    return hmac.compare_digest(create_s256_code_challenge(code_verifier), code_challenge)


class S256(CodeChallenge):
    """PKCE with S256 alone: Authlib takes `plain`, and takes it for meant where nothing is said.

    The challenge was checked at `/authorize`; a verifier that is missing, malformed, wrong, or one that no
    challenge asked for is invalid_grant, for the code is spent by then (RFC 7636 §4.6, RFC 9700 §4.8.2).
    """

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)
    CODE_CHALLENGE_METHODS = {"S256": same_challenge}  # noqa: RUF012 -- Authlib's name and form

    def validate_code_verifier(self, grant: Any, result: None) -> None:
        """Authlib's checks, in their order."""
        try:
            super().validate_code_verifier(grant, result)
        except InvalidRequestError as error:
            raise InvalidGrantError(error.description) from None

    def get_authorization_code_challenge_method(self, authorization_code: CodeCredential) -> str:
        """There is no other."""
        return "S256"


class AuthorizationCodeGrantType(grants.AuthorizationCodeGrant):
    """What Authlib asks at an exchange, answered by CodeExchange."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    @property
    def _exchange(self) -> CodeExchange:
        exchange: CodeExchange = self.server.code_exchange
        return exchange

    def query_authorization_code(self, code: str, client: Client) -> CodeCredential | None:
        """Take it."""
        redeemed = self._exchange.redeem(code, client, self.server.now())
        return CodeCredential(redeemed, client) if redeemed is not None else None

    def authenticate_user(self, authorization_code: CodeCredential) -> Grant:
        """Our Grant is Authlib's "user": what an ID token says of the login travels with it."""
        return authorization_code.redeemed.grant

    def delete_authorization_code(self, authorization_code: CodeCredential) -> None:
        """Nothing is left to do: Authlib asks for it after saving the tokens, when all have won."""

    def generate_token(self, *, scope: str, include_refresh_token: bool, **_: Any) -> IssuedTokens:
        """New tokens."""
        redeemed: RedeemedCode = self.request.authorization_code.redeemed
        return self._exchange.issue(
            redeemed, self.client, scope.split(), self.server.now(), refreshable=include_refresh_token
        )

    def save_token(self, issued: IssuedTokens) -> None:
        """Keep them."""
        self._exchange.keep(issued)
