"""Revocation (RFC 7009): a client says that it needs a token no more, or that somebody else has it."""

from dataclasses import dataclass

from bridge.domain.client import Client
from bridge.domain.token import AccessToken, RefreshToken
from bridge.oidc.answer import NO_STORE, Answer, ClientRequest, Form, error_answer, read_form
from bridge.oidc.client_auth.authentication import ClientAuthentication
from bridge.oidc.errors import OAuthError, invalid_request
from bridge.oidc.token_lookup import find_token
from bridge.ports.basics import AuditLog, Clock
from bridge.ports.grants import GrantStore, TokenStore


@dataclass(frozen=True, slots=True)
class RevocationEndpoint:
    """`/revoke`. Every client may revoke its own tokens, a public one too, by its client_id (RFC 7009 §2.1).

    A token that is unknown, or over already, is answered as one that was revoked (RFC 7009 §2.2). There is no
    kind of token of ours that can't be revoked, so unsupported_token_type (RFC 7009 §2.2.1) is never due.
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
        text, now = form.get("token"), int(self.clock())
        if text is None:
            raise invalid_request("The parameter token is missing.", client.client_id)
        match find_token(self.tokens, text, form.get("token_type_hint"), now):
            case AccessToken() as record if _owns(client, record.client_id, record.issued_at):
                self.tokens.revoke_access_token(text)
            case RefreshToken(grant) if _owns(client, grant.client_id, grant.created_at):
                # With all that was given on it: access tokens, and what it was rotated to (RFC 7009 §2.1).
                self.grants.end(grant.id, now)
                self.audit.record("refresh_token.revoked", now, client_id=client.client_id)


def _owns(client: Client, owner: str, since: int) -> bool:
    """Whether the token was issued to this client. Raises OAuthError for another's (RFC 7009 §2.1).

    A public client did not prove that it is the one: to it such a token is as one that nobody knows, so that
    nobody tries out tokens here.
    """
    if owner == client.client_id:
        return client.existed_at(since)
    if client.public:
        return False
    raise invalid_request("The token was not issued to this client.", client.client_id)
