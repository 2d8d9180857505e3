"""A token request as Authlib sees it: plain values, and nothing that the framework read for it."""

from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload

from bridge.oidc.answer import ClientRequest


class TokenRequest(OAuth2Request):
    """Parameters of the form's body alone: one in the query is not seen (RFC 6749 §2.3.1).

    The URI is the one made of the issuer, not what came: behind a proxy that came as plain http, which
    Authlib refuses, and it may hold letters that Authlib does not take.
    """

    def __init__(self, received: ClientRequest, fields: dict[str, str]) -> None:
        super().__init__(received.method, received.url, headers=received.headers)
        self.received = received
        self.payload = BasicOAuth2Payload(fields)

    @property
    def args(self) -> dict[str, str]:
        """The query, which counts for nothing here."""
        return {}

    @property
    def form(self) -> dict[str, str]:
        """The parameters of the body."""
        fields: dict[str, str] = self.payload.data
        return fields
