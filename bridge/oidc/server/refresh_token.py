"""grant_type=refresh_token (RFC 6749 §6): public clients rotate, confidential ones keep theirs."""

from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidScopeError, grants

from bridge.domain.client import AUTH_METHODS, Client
from bridge.domain.grant import Grant
from bridge.domain.token import RefreshToken, Rotation
from bridge.oidc.server.credentials import RefreshTokenCredential
from bridge.oidc.token_issuer import IssuedTokens, TokenIssuer
from bridge.ports.basics import AuditLog
from bridge.ports.grants import TokenStore
from bridge.ports.sessions import SessionStore
from bridge.sessions.watch import SessionWatch


@dataclass(frozen=True, slots=True)
class Refresh:
    """New tokens for a refresh token (RFC 9700 §4.14.2; DESIGN §6.9)."""

    tokens: TokenStore
    sessions: SessionStore
    watch: SessionWatch
    audit: AuditLog
    issuer: TokenIssuer

    def find(self, text: str, now: int) -> RefreshToken | None:
        """The record of a refresh token, rotated or not."""
        return self.tokens.refresh_token(text, now)

    def session_holds(self, grant: Grant, now: int) -> bool:
        """Whether the Session of a session-bound Grant is there, and CamDigiKey stands by it.

        It may be idle, and stays so: idle ends single sign-on alone, and only its browser moves that limit
        (DESIGN §6.24).
        """
        session = self.sessions.held(grant.person.login.session_key, now)
        return session is not None and self.watch.watched(session, now) is not None

    def issue(self, old: RefreshTokenCredential, client: Client, scope: list[str], now: int) -> IssuedTokens:
        """New tokens: with a new refresh token for a public client, beside the same one for another."""
        grant = old.record.grant
        if client.public:
            following = self.issuer.next_refresh(old.record, client, now)
            return self.issuer.issue(grant, client, scope, following, now)
        extended = self.issuer.extended(old.record, client, now)
        kept = (old.text, extended) if extended is not None else None
        return self.issuer.issue(grant, client, scope, kept, now, tell_refresh=False)

    def keep(self, issued: IssuedTokens) -> bytes | None:
        """Keep new tokens beside the old refresh token; None where the Grant was ended meanwhile."""
        kept = self.tokens.mint(issued.grant, issued.access, issued.refresh)
        return issued.body if kept else None

    def rotate(self, old: str, issued: IssuedTokens, client: Client, now: int) -> bytes | None:
        """The winner's answer, for it and for whoever repeats it in time; None for everybody else."""
        if issued.refresh is None:
            return None
        rotation, answer = self.tokens.rotate(old, issued.access, issued.refresh, issued.body, now)
        if rotation is Rotation.REUSED:
            self.audit.record("refresh_token.reused", now, client_id=client.client_id)
        return bytes(answer) if rotation in (Rotation.WON, Rotation.REPEATED) else None


class RefreshTokenGrantType(grants.RefreshTokenGrant):
    """What Authlib asks at a refresh, answered by Refresh."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    _answer: bytes = b""

    @property
    def _refresh(self) -> Refresh:
        refresh: Refresh = self.server.refresh
        return refresh

    def authenticate_refresh_token(self, refresh_token: str) -> RefreshTokenCredential | None:
        """The credential of a text."""
        record = self._refresh.find(refresh_token, self.server.now())
        return RefreshTokenCredential(refresh_token, record, self.client) if record is not None else None

    def _validate_token_scope(self, token: RefreshTokenCredential) -> None:
        """Words beyond the grant are ignored, as at first (RFC 6749 §3.3); none left is an error."""
        wanted = _words(self.request.payload.scope)
        if wanted and not set(wanted) & set(token.get_scope().split()):
            raise InvalidScopeError()

    def authenticate_user(self, refresh_token: RefreshTokenCredential) -> Grant:
        """The Grant, if it still holds: by its Session, or offline where the client may (DESIGN §6.9)."""
        grant = refresh_token.record.grant
        if not grant.offline:
            if not self._refresh.session_holds(grant, self.server.now()):
                raise InvalidGrantError("The person's session has ended.")
        elif "offline_access" not in refresh_token.get_scope().split():
            raise InvalidGrantError("The client may no longer refresh without the person's session.")
        return grant

    def issue_token(self, user: Grant, refresh_token: RefreshTokenCredential) -> IssuedTokens:
        """New tokens, for the scope granted or the narrower one asked for (RFC 6749 §6)."""
        wanted = _words(self.request.payload.scope)
        granted = refresh_token.get_scope().split()
        scope = [word for word in granted if not wanted or word in wanted]
        return self._refresh.issue(refresh_token, self.client, scope, self.server.now())

    def save_token(self, issued: IssuedTokens) -> None:
        """Keep them: in the old token's place, or beside it."""
        answer = self._rotated(issued) if self.client.public else self._refresh.keep(issued)
        if answer is None:
            raise InvalidGrantError("The refresh token was used before, or revoked.")
        self._answer = answer

    def _rotated(self, issued: IssuedTokens) -> bytes | None:
        old = self.request.refresh_token.text
        return self._refresh.rotate(old, issued, self.client, self.server.now())

    def create_token_response(self) -> tuple[int, bytes, Any]:
        """Authlib's steps; a repeated attempt is answered with the bytes of the first."""
        status, _, headers = super().create_token_response()
        return status, self._answer, headers

    def revoke_old_credential(self, refresh_token: RefreshTokenCredential) -> None:
        """Nothing is left to do: it was rotated in the same step in which its successor was kept."""


def _words(scope: str | None) -> list[str]:
    return [word for word in (scope or "").split(" ") if word]
