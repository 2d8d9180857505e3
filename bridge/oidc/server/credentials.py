"""Our records with the methods that Authlib calls on them."""

from dataclasses import dataclass, field

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, TokenMixin

from bridge.domain.claims import allowed_scope
from bridge.domain.client import Client
from bridge.domain.token import RedeemedCode, RefreshToken


@dataclass(frozen=True, slots=True)
class CodeCredential(AuthorizationCodeMixin):
    """A code that has just been redeemed."""

    redeemed: RedeemedCode
    client: Client

    @property
    def code_challenge(self) -> str | None:
        """The S256 challenge that the code_verifier has to fit; None where the request had none."""
        return self.redeemed.code.code_challenge

    def get_redirect_uri(self) -> str:
        """The redirect_uri of the request, which the exchange has to repeat (OIDC Core §3.1.3.2)."""
        return self.redeemed.code.redirect_uri

    def get_scope(self) -> str:
        """What was granted, as far as the client's registration still allows it."""
        return " ".join(allowed_scope(self.client, self.redeemed.grant.scope))


@dataclass(frozen=True, slots=True)
class RefreshTokenCredential(TokenMixin):
    """A refresh token that a client has sent, with its record."""

    text: str = field(repr=False)
    record: RefreshToken
    client: Client

    def check_client(self, client: Client) -> bool:
        """Whether it was issued to this client (RFC 6749 §6)."""
        grant = self.record.grant
        return grant.client_id == client.client_id and client.existed_at(grant.created_at)

    def get_scope(self) -> str:
        """What was granted, as far as the client's registration still allows it."""
        return " ".join(allowed_scope(self.client, self.record.grant.scope))
