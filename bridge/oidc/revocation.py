"""Revocation (RFC 7009): a client ends a token that it no longer needs, or that has leaked."""

from dataclasses import dataclass

from bridge.domain.client import Client
from bridge.domain.token import AccessToken, RefreshToken
from bridge.oidc.answer import NO_STORE, Answer, ClientRequest, Form, error_answer, read_form
from bridge.oidc.client_auth.authentication import ClientAuthentication
from bridge.oidc.errors import OAuthError, invalid_request
from bridge.oidc.token_lookup import find_token, token_parameter
from bridge.ports.basics import AuditLog, Clock
from bridge.ports.grants import GrantStore, TokenStore


@dataclass(frozen=True, slots=True)
class RevocationEndpoint:
    """`/revoke`. Every client may revoke its own tokens; a public one by its client_id (RFC 7009 §2.1).

    For a token that is unknown or has expired the answer is the same as for a revoked one (RFC 7009 §2.2).
    All our tokens can be revoked, so unsupported_token_type (RFC 7009 §2.2.1) never comes.
    """

    authentication: ClientAuthentication
    tokens: TokenStore
    grants: GrantStore
    audit: AuditLog
    clock: Clock

    def answer(self, request: ClientRequest) -> Answer:
        """An empty 200, or an error of RFC 7009 §2.2.1. Raises StoreUnavailable."""
        try:
            form = read_form(request)
            client = self.authentication.authenticate(request, form).client
            self._revoke(client, form)
        except OAuthError as error:
            return error_answer(error)
        return Answer(200, NO_STORE, b"", client.client_id)

    def _revoke(self, client: Client, form: Form) -> None:
        text, now = token_parameter(form, client), int(self.clock())
        match find_token(self.tokens, text, form.get("token_type_hint"), now):
            case AccessToken() as record if _owns(client, record.client_id, record.issued_at):
                self.tokens.revoke_access_token(text)
            case RefreshToken(grant) if _owns(client, grant.client_id, grant.created_at):
                # With its access tokens and the refresh tokens that replaced it (RFC 7009 §2.1).
                self.grants.end(grant.id, now)
                facts = {"client_id": client.client_id, "grant_id": grant.id}
                self.audit.record("refresh_token.revoked", now, **facts)


def _owns(client: Client, owner: str, since: int) -> bool:
    """Whether the token was issued to this client. Raises OAuthError for another client's (RFC 7009 §2.1).

    A public client has not authenticated, so it gets the answer for an unknown token: otherwise anybody could
    find out here whether a token exists.
    """
    if owner == client.client_id:
        return client.existed_at(since)
    if client.public:
        return False
    raise invalid_request("The token was not issued to this client.", client.client_id)
