"""A token request in the form that Authlib reads, made from plain values."""

from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload

from bridge.oidc.answer import ClientRequest


class TokenRequest(OAuth2Request):
    """A request with the parameters of the form alone, not of the query (RFC 6749 §2.3.1).

    The URI is made from the issuer. The one that was sent may be plain http behind a proxy, or hold
    characters, both of which Authlib refuses.
    """

    def __init__(self, received: ClientRequest, fields: dict[str, str]) -> None:
        super().__init__(received.method, received.url)
        self.headers = received.headers  # Authlib's own step counts them first
        self.received = received
        self.payload = BasicOAuth2Payload(fields)

    @property
    def args(self) -> dict[str, str]:
        """Empty: the query is not read."""
        return {}

    @property
    def form(self) -> dict[str, str]:
        """The parameters of the body."""
        fields: dict[str, str] = self.payload.data
        return fields
