"""Userinfo: the claims of the person, prepared when the access token was issued (OIDC Core §5.3)."""

from dataclasses import dataclass

from bridge.domain.ids import ClientId
from bridge.domain.token import AccessToken
from bridge.oidc.answer import FORM, Answer, ClientRequest, error_answer, json_answer, read_form
from bridge.oidc.errors import OAuthError, challenge, invalid_request, invalid_token, token_wanted
from bridge.oidc.token_lookup import could_be_token
from bridge.ports.basics import Clock
from bridge.ports.clients import ClientStore
from bridge.ports.grants import TokenStore


def _insufficient_scope(client_id: ClientId) -> OAuthError:
    """RFC 6750 §3.1: it names the scope that is needed."""
    description = "The access token lacks the scope openid."
    header = challenge("Bearer", "insufficient_scope", description, "openid")
    headers = {"WWW-Authenticate": header}
    return OAuthError("insufficient_scope", description, 403, headers, client_id=client_id)


@dataclass(frozen=True, slots=True)
class UserinfoEndpoint:
    """`/userinfo`. Costs one round trip to Redis; neither SQL nor CamDigiKey is asked."""

    tokens: TokenStore
    clients: ClientStore
    clock: Clock

    def answer(self, request: ClientRequest) -> Answer:
        """The person's claims for a live access token, or an error of RFC 6750 §3.1."""
        try:
            record = self._record(_bearer(request))
            # A client's own token is about no person, whatever its scope (RFC 6749 §4.4).
            if "openid" not in record.scope or record.sub is None:
                raise _insufficient_scope(record.client_id)
        except OAuthError as error:
            return error_answer(error)
        return json_answer(record.claims, record.client_id)

    def _record(self, token: str) -> AccessToken:
        """The live token of a client that is still there. Raises OAuthError: invalid_token."""
        now = int(self.clock())
        record = self.tokens.access_token(token, now) if could_be_token(token) else None
        client = self.clients.get(record.client_id) if record else None
        if record is None or client is None or not (client.enabled and client.existed_at(record.issued_at)):
            raise invalid_token()
        return record


def _bearer(request: ClientRequest) -> str:
    """The token in the Authorization header or in the form, never in both (RFC 6750 §2) or in the query.

    Raises OAuthError.
    """
    scheme, _, by_header = (request.headers.get("Authorization") or "").partition(" ")
    in_header = by_header.strip() if scheme.lower() == "bearer" else ""
    in_form = ""
    if request.method == "POST" and request.content_type.lower() == FORM:
        in_form = read_form(request).get("access_token", "")
    if in_header and in_form:
        raise invalid_request("The access token came in two ways.")
    if not in_header and not in_form:
        raise token_wanted()
    return in_header or in_form
