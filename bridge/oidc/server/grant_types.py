"""The values of `grant_type`: authorization_code with PKCE, and refresh_token."""

import hmac
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, InvalidScopeError, grants
from authlib.oauth2.rfc7636 import CodeChallenge, create_s256_code_challenge

from bridge.domain.client import CLIENT_AUTH_METHODS, Client
from bridge.domain.grant import Grant
from bridge.domain.token import Rotation, SpentCode
from bridge.oidc.server.tokens import Presented, TakenCode
from bridge.oidc.session_watch import watched
from bridge.oidc.token_issuer import Issued, TokenIssuer


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

    def get_authorization_code_challenge_method(self, authorization_code: TakenCode) -> str:
        """There is no other."""
        return "S256"


class CodeGrantType(grants.AuthorizationCodeGrant):
    """grant_type=authorization_code (RFC 6749 §4.1.3): the code is taken first, tokens are minted second."""

    TOKEN_ENDPOINT_AUTH_METHODS = CLIENT_AUTH_METHODS

    def query_authorization_code(self, code: str, client: Client) -> TakenCode | None:
        """Take it. Another client's code is none, and stays for its own; a spent one ends its Grant.

        (RFC 6749 §4.1.2, §10.5: a replay by the same client, which has proven itself, and by nobody else.)
        """
        services, now = self.server.services, self.server.now()
        taken = services.tokens.take_code(code, client.client_id, now)
        if isinstance(taken, SpentCode):
            services.tokens.end_grant(taken.grant_id, now)
            services.audit.record("code.replayed", now, client_id=client.client_id)
            return None
        if taken is None or not client.existed_at(taken.grant.created_at):
            return None
        return TakenCode(taken, client)

    def authenticate_user(self, authorization_code: TakenCode) -> Grant:
        """Our Grant is Authlib's "user": what an ID token says of the login travels with it."""
        return authorization_code.code.grant

    def delete_authorization_code(self, authorization_code: TakenCode) -> None:
        """Nothing is left to do: Authlib asks for it after saving the tokens, when all have won."""

    def save_token(self, issued: Issued) -> None:
        """Keep the tokens, unless the Grant was ended since the code was taken: then they are dead already.

        They are given all the same, as if the end had come a moment later. Of many exchanges at once so one
        gets an answer, and not none whenever a replay overtakes it; what the answer holds is worth nothing.
        """
        self.server.services.tokens.mint(issued.grant, issued.access, issued.refresh)


class RefreshGrantType(grants.RefreshTokenGrant):
    """grant_type=refresh_token (RFC 6749 §6): public clients rotate, confidential ones keep theirs."""

    TOKEN_ENDPOINT_AUTH_METHODS = CLIENT_AUTH_METHODS
    _answer: bytes = b""  # of an attempt that has won or repeats one that did

    def authenticate_refresh_token(self, refresh_token: str) -> Presented | None:
        """The record of a refresh token, rotated or not."""
        record = self.server.services.tokens.refresh_token(refresh_token, self.server.now())
        return Presented(refresh_token, record, self.client) if record is not None else None

    def _validate_token_scope(self, token: Presented) -> None:
        """Words beyond the grant are ignored, as at first (RFC 6749 §3.3); none left is an error."""
        wanted = _words(self.request.payload.scope)
        if wanted and not set(wanted) & set(token.get_scope().split()):
            raise InvalidScopeError()

    def authenticate_user(self, refresh_token: Presented) -> Grant:
        """The Grant, if it still holds: by its Session, or offline where the client may (DESIGN §6.9)."""
        grant = refresh_token.record.grant
        if grant.offline:
            if "offline_access" not in refresh_token.get_scope().split():
                raise InvalidGrantError("The client may no longer refresh without the person's session.")
            return grant
        services, now = self.server.services, self.server.now()
        session = services.sessions.get(grant.session_key, now)
        if session is None or watched(session, services, self.server.settings, now) is None:
            raise InvalidGrantError("The person's session has ended.")
        return grant

    def issue_token(self, user: Grant, refresh_token: Presented) -> Issued:
        """New tokens, for the scope granted or the narrower one asked for (RFC 6749 §6)."""
        client, now = self.client, self.server.now()
        issuer: TokenIssuer = self.server.issuer
        wanted = _words(self.request.payload.scope)
        scope = [one for one in refresh_token.get_scope().split() if not wanted or one in wanted]
        if client.public:
            following = issuer.next_refresh(refresh_token.record, client, now)
            return issuer.issue(user, client, scope, following, now)
        moved = issuer.moved_on(refresh_token.record, client, now)
        kept = (refresh_token.text, moved) if moved is not None else None
        return issuer.issue(user, client, scope, kept, now, tell_refresh=False)

    def save_token(self, issued: Issued) -> None:
        """Keep them: in the old token's place, or beside it."""
        tokens = self.server.services.tokens
        if not self.client.public:
            if not tokens.mint(issued.grant, issued.access, issued.refresh):
                raise InvalidGrantError("The refresh token was revoked.")
            return
        self._answer = self._rotated(issued)

    def _rotated(self, issued: Issued) -> bytes:
        """The winner's answer, for it and for whoever repeats it in time (RFC 9700 §4.14.2)."""
        services, now = self.server.services, self.server.now()
        old = self.request.refresh_token.text
        rotation, answer = services.tokens.rotate(old, issued.access, issued.refresh, issued.body, now)
        if rotation is Rotation.REUSED:
            services.audit.record("refresh_token.reused", now, client_id=self.client.client_id)
        if rotation not in (Rotation.WON, Rotation.REPEATED):
            raise InvalidGrantError("The refresh token was used before, or revoked.")
        return bytes(answer)

    def create_token_response(self) -> tuple[int, Issued | bytes, list[tuple[str, str]]]:
        """Authlib's steps; a repeated attempt is answered with the bytes of the first."""
        status, issued, headers = super().create_token_response()
        return status, self._answer or issued, headers

    def revoke_old_credential(self, refresh_token: Presented) -> None:
        """Nothing is left to do: it was rotated in the same step in which its successor was kept."""


def _words(scope: str | None) -> list[str]:
    return [word for word in (scope or "").split(" ") if word]
