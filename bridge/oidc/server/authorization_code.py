"""grant_type=authorization_code (RFC 6749 §4.1.3) with PKCE (RFC 7636)."""

import hmac
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, grants
from authlib.oauth2.rfc7636 import CodeChallenge, create_s256_code_challenge

from bridge.domain.client import AUTH_METHODS, Client
from bridge.domain.grant import Grant
from bridge.domain.token import RedeemedCode, SpentCode
from bridge.errors import StoreUnavailable
from bridge.oidc.admission import admitted
from bridge.oidc.server.credentials import CodeCredential
from bridge.oidc.token_issuer import IssuedTokens, TokenIssuer
from bridge.ports.basics import AuditLog
from bridge.ports.client_people import ClientPeople
from bridge.ports.grants import CodeStore, GrantStore, TokenStore


@dataclass(frozen=True, slots=True)
class CodeExchange:
    """Exchanges a code for tokens: the code is redeemed first, so that it can't be used twice."""

    codes: CodeStore
    grants: GrantStore
    people: ClientPeople
    tokens: TokenStore
    audit: AuditLog
    issuer: TokenIssuer

    def redeem(self, code: str, client: Client, now: int) -> RedeemedCode | None:
        """Redeem a code; None where that is not possible.

        Another client's code stays valid for that client. A code that this client has used before ends its
        Grant, for it may have leaked (RFC 6749 §4.1.2, §10.5).
        """
        taken = self.codes.take(code, client.client_id, now)
        if isinstance(taken, SpentCode):
            self.grants.end(taken.grant_id, now)
            self.audit.record("code.replayed", now, client_id=client.client_id, grant_id=taken.grant_id)
            return None
        return taken if taken is not None and client.existed_at(taken.grant.created_at) else None

    def admits(self, code: str, redeemed: RedeemedCode, client: Client, now: int) -> bool:
        """Whether its person may use the client still; the Grant ends where they may not.

        Somebody may be removed between the decision and the Grant that it opened. Where the store fails, the
        client may come again with the same code. Raises StoreUnavailable.
        """
        try:
            found = admitted(redeemed.grant, client, self.people)
        except StoreUnavailable:
            self._give_back(code, redeemed)
            raise
        if found is None:
            self.grants.end(redeemed.grant.id, now)
        return found is not None

    def _give_back(self, code: str, redeemed: RedeemedCode) -> None:
        with suppress(StoreUnavailable):
            self.codes.give_back(code, redeemed)

    def issue(
        self, redeemed: RedeemedCode, client: Client, scope: list[str], now: int, *, refreshable: bool
    ) -> IssuedTokens:
        """The first tokens of a Grant. The ID token has the request's nonce; later ones have none.

        `refreshable`: whether the client may have a refresh token; see Authlib's include_refresh_token.
        """
        grant = redeemed.grant
        wanted = refreshable and (not grant.offline or "offline_access" in scope)
        refresh = self.issuer.first_refresh_token(grant, client, now) if wanted else None
        return self.issuer.issue(grant, client, scope, refresh, now, nonce=redeemed.code.nonce)

    def keep(self, issued: IssuedTokens, code: str, redeemed: RedeemedCode) -> None:
        """Store the tokens, unless the Grant was ended since the code was redeemed.

        The answer is the same in both cases, as if the end had come a moment later; the tokens in it then do
        not work. So of many exchanges at once one always gets an answer, even where a replay of the code
        overtakes it. Where a store fails nobody has heard of these tokens, and the client may come again with
        the same code. Raises StoreUnavailable.
        """
        try:
            self.tokens.mint(issued.grant, issued.access, issued.refresh)
        except StoreUnavailable:
            self._give_back(code, redeemed)
            raise


def same_challenge(code_verifier: str, code_challenge: str) -> bool:
    """Whether the verifier belongs to the challenge (RFC 7636 §4.6), in constant time."""
    return hmac.compare_digest(create_s256_code_challenge(code_verifier), code_challenge)


class S256(CodeChallenge):
    """PKCE with S256 alone; Authlib would also accept `plain`, and take it as the default.

    The challenge was checked at `/authorize`. A verifier that is missing, malformed or wrong, or that comes
    without a challenge, is answered invalid_grant: the code is used up by then (RFC 7636 §4.6, RFC 9700
    §4.8.2).
    """

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)
    CODE_CHALLENGE_METHODS = {"S256": same_challenge}  # noqa: RUF012 -- Authlib's name and form

    def validate_code_verifier(self, grant: Any, result: None) -> None:
        """Authlib's checks, with the error that RFC 7636 §4.6 asks for."""
        try:
            super().validate_code_verifier(grant, result)
        except InvalidRequestError as error:
            raise InvalidGrantError(error.description) from None

    def get_authorization_code_challenge_method(self, authorization_code: CodeCredential) -> str:
        """Always S256: no other challenge passes /authorize."""
        return "S256"


class AuthorizationCodeGrantType(grants.AuthorizationCodeGrant):
    """Authlib's grant type; each step that it asks us for is done by CodeExchange."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    @property
    def _exchange(self) -> CodeExchange:
        exchange: CodeExchange = self.server.code_exchange
        return exchange

    def query_authorization_code(self, code: str, client: Client) -> CodeCredential | None:
        """Redeem the code."""
        redeemed = self._exchange.redeem(code, client, self.server.now())
        return CodeCredential(redeemed, client) if redeemed is not None else None

    def authenticate_user(self, authorization_code: CodeCredential) -> Grant:
        """Authlib's "user" is our Grant, which has the facts of the login for the ID token."""
        redeemed, code = authorization_code.redeemed, self.request.form["code"]
        if not self._exchange.admits(code, redeemed, self.client, self.server.now()):
            raise InvalidGrantError("The person may no longer use the application.")
        return redeemed.grant

    def delete_authorization_code(self, authorization_code: CodeCredential) -> None:
        """Nothing to do: Authlib calls this after saving the tokens, which is too late to prevent a second
        use.
        """

    def generate_token(self, *, scope: str, include_refresh_token: bool, **_: Any) -> IssuedTokens:
        """Make the tokens."""
        redeemed: RedeemedCode = self.request.authorization_code.redeemed
        return self._exchange.issue(
            redeemed, self.client, scope.split(), self.server.now(), refreshable=include_refresh_token
        )

    def save_token(self, issued: IssuedTokens) -> None:
        """Store the tokens."""
        self._exchange.keep(issued, self.request.form["code"], self.request.authorization_code.redeemed)
