"""grant_type=refresh_token (RFC 6749 §6).

A public client gets a new refresh token each time (rotation, RFC 9700 §4.14.2); a confidential one keeps its
token, which works only together with the client's secret.
"""

from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidScopeError, grants

from bridge.domain.client import AUTH_METHODS, Client
from bridge.domain.grant import Grant
from bridge.domain.token import RefreshToken, Rotation
from bridge.oidc.admission import admitted
from bridge.oidc.server.credentials import RefreshTokenCredential
from bridge.oidc.token_issuer import IssuedTokens, TokenIssuer
from bridge.ports.basics import AuditLog
from bridge.ports.client_people import ClientPeople
from bridge.ports.grants import GrantStore, TokenStore
from bridge.ports.sessions import SessionStore
from bridge.sessions.watch import SessionWatch


@dataclass(frozen=True, slots=True)
class Refresh:
    """New tokens for a refresh token (RFC 9700 §4.14.2; DESIGN §6.9)."""

    tokens: TokenStore
    grants: GrantStore
    people: ClientPeople
    sessions: SessionStore
    watch: SessionWatch
    audit: AuditLog
    issuer: TokenIssuer

    def find(self, text: str, now: int) -> RefreshToken | None:
        """The record of a refresh token, rotated or not."""
        return self.tokens.refresh_token(text, now)

    def session_holds(self, grant: Grant, now: int) -> bool:
        """Whether the Session of a session-bound Grant lives, also by CamDigiKey.

        It may be idle, and stays so: idle ends single sign-on alone, and only its browser moves that limit
        (DESIGN §6.24).
        """
        session = self.sessions.held(grant.person.login.session_key, now)
        return session is not None and self.watch.watched(session, now) is not None

    def admitted(self, grant: Grant, client: Client, now: int) -> Grant | None:
        """The Grant with its person's roles of now.

        None where the client's administrators do not let them in any more: then the Grant ends.
        """
        found = admitted(grant, client, self.people)
        if found is None:
            self.grants.end(grant.id, now)
            self.audit.note("grant.ended", now, client_id=client.client_id, grant_id=grant.id)
        return found

    def issue(
        self, grant: Grant, old: RefreshTokenCredential, client: Client, scope: list[str], now: int
    ) -> IssuedTokens:
        """Make new tokens: for a public client with a new refresh token, for others beside the same one.

        `grant`: the refresh token's, with what changes from one refresh to the next.
        """
        if client.public:
            following = self.issuer.next_refresh_token(old.record, client, now)
            return self.issuer.issue(grant, client, scope, following, now)
        with_new_idle_limit = self.issuer.with_new_idle_limit(old.record, client, now)
        kept = (old.text, with_new_idle_limit) if with_new_idle_limit is not None else None
        return self.issuer.issue(grant, client, scope, kept, now, include_refresh_token=False)

    def keep(self, issued: IssuedTokens) -> bytes | None:
        """Store new tokens; the response for the client, None where the Grant was ended meanwhile."""
        kept = self.tokens.mint(issued.grant, issued.access, issued.refresh)
        return issued.body if kept else None

    def rotate(self, old: str, issued: IssuedTokens, client: Client, now: int) -> bytes | None:
        """Replace the refresh token `old`; the response for the client.

        A request that is repeated within ROTATION_GRACE seconds gets the same response again. None where
        `old` was used before that, or the Grant has ended.
        """
        if issued.refresh is None:
            return None
        rotation, answer = self.tokens.rotate(old, issued.access, issued.refresh, issued.body, now)
        if rotation is Rotation.REUSED:
            facts = {"client_id": client.client_id, "grant_id": issued.grant.id}
            self.audit.record("refresh_token.reused", now, **facts)
        return bytes(answer) if rotation in (Rotation.WON, Rotation.REPEATED) else None


class RefreshTokenGrantType(grants.RefreshTokenGrant):
    """Authlib's grant type; each step that it asks us for is done by Refresh."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    _answer: bytes = b""

    @property
    def _refresh(self) -> Refresh:
        refresh: Refresh = self.server.refresh
        return refresh

    def authenticate_refresh_token(self, refresh_token: str) -> RefreshTokenCredential | None:
        """The refresh token of that text, with its record; None where there is none."""
        record = self._refresh.find(refresh_token, self.server.now())
        return RefreshTokenCredential(refresh_token, record, self.client) if record is not None else None

    def _validate_token_scope(self, token: RefreshTokenCredential) -> None:
        """Words that were not granted are ignored; an error where none is left (RFC 6749 §3.3)."""
        wanted = _words(self.request.payload.scope)
        if wanted and not set(wanted) & set(token.get_scope().split()):
            raise InvalidScopeError()

    def authenticate_user(self, refresh_token: RefreshTokenCredential) -> Grant:
        """The Grant, if its Session lives, or if it is offline and the client may still do that (DESIGN
        §6.9).
        """
        grant = refresh_token.record.grant
        if not grant.offline:
            if not self._refresh.session_holds(grant, self.server.now()):
                raise InvalidGrantError("The person's session has ended.")
        elif "offline_access" not in refresh_token.get_scope().split():
            raise InvalidGrantError("The client may no longer refresh without the person's session.")
        found = self._refresh.admitted(grant, self.client, self.server.now())
        if found is None:
            raise InvalidGrantError("The person may no longer use the application.")
        return found

    def issue_token(self, user: Grant, refresh_token: RefreshTokenCredential) -> IssuedTokens:
        """Make new tokens, for the granted scope or a narrower one that is asked for (RFC 6749 §6)."""
        wanted = _words(self.request.payload.scope)
        granted = refresh_token.get_scope().split()
        scope = [word for word in granted if not wanted or word in wanted]
        return self._refresh.issue(user, refresh_token, self.client, scope, self.server.now())

    def save_token(self, issued: IssuedTokens) -> None:
        """Store the tokens: in place of the old refresh token (public clients), or beside it."""
        answer = self._rotated(issued) if self.client.public else self._refresh.keep(issued)
        if answer is None:
            raise InvalidGrantError("The refresh token was used before, or revoked.")
        self._answer = answer

    def _rotated(self, issued: IssuedTokens) -> bytes | None:
        old = self.request.refresh_token.text
        return self._refresh.rotate(old, issued, self.client, self.server.now())

    def create_token_response(self) -> tuple[int, bytes, Any]:
        """Authlib's steps; the body is the one that save_token found, which may be an earlier response."""
        status, _, headers = super().create_token_response()
        return status, self._answer, headers

    def revoke_old_credential(self, refresh_token: RefreshTokenCredential) -> None:
        """Nothing to do: save_token has replaced it, in one step with its successor."""


def _words(scope: str | None) -> list[str]:
    return [word for word in (scope or "").split(" ") if word]
