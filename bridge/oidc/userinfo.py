"""Userinfo: the claims that rest ready beside the access token (OIDC Core §5.3)."""

import re
from dataclasses import replace

from bridge.domain.token import AccessToken
from bridge.errors import ReturnedToClient
from bridge.oidc.answer import FORM, Answer, ClientRequest, form, json_answer
from bridge.oidc.errors import bearer_wanted, refused_bearer
from bridge.ports import Services

B64TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # RFC 6750 §2.1
TOO_NARROW = ReturnedToClient("insufficient_scope", "The access token lacks the scope openid.")
LONGEST = 8192  # characters; a JWT of ours has a fifth of it


class UserinfoEndpoint:
    """`/userinfo`. One look into Redis; no SQL, no upstream."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def answer(self, request: ClientRequest) -> Answer:
        """The person's claims for a live access token, or an error of RFC 6750 §3.1."""
        try:
            token = _bearer(request)
            if token is None:
                return bearer_wanted()
            record = self._record(token)
        except ReturnedToClient as error:
            return refused_bearer(error)
        if "openid" in record.scope:
            answer = json_answer(200, record.claims)
        else:
            answer = refused_bearer(TOO_NARROW, scope="openid")
        return replace(answer, client_id=record.client_id)

    def _record(self, token: str) -> AccessToken:
        """The live token of a client that is still there. Raises ReturnedToClient: invalid_token."""
        record = None
        if len(token) <= LONGEST and B64TOKEN.fullmatch(token):
            record = self._services.tokens.access_token(token, int(self._services.clock()))
        client = self._services.clients.get(record.client_id) if record else None
        if record is None or client is None or not (client.enabled and client.existed_at(record.issued_at)):
            raise ReturnedToClient("invalid_token", "The access token is unknown, expired or revoked.")
        return record


def _bearer(request: ClientRequest) -> str | None:
    """The token, by the header or a form's body, by one of them alone (RFC 6750 §2); never by the query.

    Raises ReturnedToClient.
    """
    scheme, _, by_header = (request.headers.get("Authorization") or "").partition(" ")
    in_header = by_header.strip() if scheme.lower() == "bearer" else ""
    in_form = ""
    if request.method == "POST" and request.content_type.lower() == FORM:
        in_form = form(request).get("access_token", "")
    if in_header and in_form:
        raise ReturnedToClient("invalid_request", "The access token came in two ways.")
    return in_header or in_form or None
