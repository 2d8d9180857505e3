"""Introspection (RFC 7662): whether a token is active, and its facts, for clients that may know."""

import json
from dataclasses import dataclass
from typing import Any

from bridge.domain.claims import allowed_scope
from bridge.domain.client import Client
from bridge.domain.encoding import from_base64url
from bridge.domain.grant import Confirmation
from bridge.domain.ids import ClientId
from bridge.domain.policy import Policy
from bridge.domain.token import AccessToken, RefreshToken
from bridge.oidc.admission import admitted
from bridge.oidc.answer import Answer, ClientRequest, Form, error_answer, json_answer, read_form
from bridge.oidc.client_auth.authentication import ClientAuthentication
from bridge.oidc.errors import OAuthError
from bridge.oidc.token_issuer import audience
from bridge.oidc.token_lookup import find_token, token_parameter
from bridge.ports.basics import Clock
from bridge.ports.client_people import ClientPeople
from bridge.ports.grants import TokenStore
from bridge.ports.sessions import SessionStore

INACTIVE = {"active": False}  # the whole answer, also for a token that the client may not see (RFC 7662 §2.2)


def may_see(client: Client, owner: ClientId, issued_at: int) -> bool:
    """Whether a client may see a token that was issued to `owner` at that time: only its own.

    Resource servers will be allowed here: one that a token's `aud` names may see that token, with a `sub` of
    its own (a pairwise `sub` must not leave its sector).
    """
    return owner == client.client_id and client.existed_at(issued_at)


@dataclass(frozen=True, slots=True)
class IntrospectionEndpoint:
    """`/introspect`. Costs one or two round trips to Redis, and a third for a refresh token of a Session."""

    authentication: ClientAuthentication
    tokens: TokenStore
    sessions: SessionStore
    people: ClientPeople
    policy: Policy
    clock: Clock

    def answer(self, request: ClientRequest) -> Answer:
        """The state of the token in the form, or an error (RFC 7662 §2.3). Raises StoreUnavailable."""
        try:
            form = read_form(request)
            client = self.authentication.authenticate_confidential(request, form)
            return json_answer(self._state(client, form), client.client_id)
        except OAuthError as error:
            return error_answer(error)

    def _state(self, client: Client, form: Form) -> dict[str, Any]:
        text = token_parameter(form, client)
        record = find_token(self.tokens, text, form.get("token_type_hint"), int(self.clock()))
        match record:
            case AccessToken() if may_see(client, record.client_id, record.issued_at):
                return self._access_token(text, record)
            case RefreshToken() if may_see(client, record.grant.client_id, record.grant.created_at):
                return self._refresh_token(record, client)
            case _:
                return INACTIVE

    def _access_token(self, text: str, record: AccessToken) -> dict[str, Any]:
        facts = {
            "active": True,
            "scope": " ".join(record.scope) or None,
            "client_id": record.client_id,
            "token_type": record.token_type,
            "exp": record.expires_at,
            "iat": record.issued_at,
            "sub": record.sub,
            "aud": audience(record, self.policy),
            "iss": self.policy.issuer,
            "jti": _jti(text),
            "sid": record.sid,
            "cnf": _cnf(record.cnf),
            "roles": record.claims.get("roles"),  # as userinfo says (RFC 9068 §2.2.3.1 has the name)
        }
        return {name: value for name, value in facts.items() if value is not None}

    def _refresh_token(self, record: RefreshToken, client: Client) -> dict[str, Any]:
        """Active where a refresh with this token would succeed now (RFC 7662 §4)."""
        scope = allowed_scope(client, record.grant.scope)
        if record.rotated or not self._holds(record, scope) or not client.check_grant_type("refresh_token"):
            return INACTIVE
        if admitted(record.grant, client, self.people) is None:
            return INACTIVE
        return {
            "active": True,
            "scope": " ".join(scope),
            "client_id": client.client_id,
            "exp": record.expires_at,
            "iat": record.issued_at,
            "sub": record.grant.person.sub,
            "iss": self.policy.issuer,
            "sid": record.grant.person.login.sid,
        }

    def _holds(self, record: RefreshToken, scope: tuple[str, ...]) -> bool:
        """As at a refresh, but the Session's idle limit does not move, and CamDigiKey is not asked."""
        if record.grant.offline:
            return "offline_access" in scope
        return self.sessions.held(record.grant.person.login.session_key, int(self.clock())) is not None


def _jti(text: str) -> str | None:
    """The jti of an access token that is a JWT (RFC 9068 §2.2). It is ours, since its record was found."""
    parts = text.split(".")
    if len(parts) != 3:
        return None
    jti: str = json.loads(from_base64url(parts[1]))["jti"]
    return jti


def _cnf(confirmation: Confirmation | None) -> dict[str, str] | None:
    """The key that the token is bound to (RFC 7662 §2.2 by RFC 8705 §3.2 and RFC 9449 §6.2)."""
    if confirmation is None:
        return None
    facts = {"jkt": confirmation.jkt, "x5t#S256": confirmation.x5t_s256}
    return {name: value for name, value in facts.items() if value is not None}
