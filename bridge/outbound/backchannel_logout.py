"""Back-channel logout: telling a client that a Session has ended (OpenID Connect Back-Channel Logout 1.0)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bridge.domain.client import SigningAlg
from bridge.domain.ids import ClientId
from bridge.domain.outbox import OutboxMessage
from bridge.oidc.logout_token import logout_token
from bridge.outbound.delivery import DELIVERED, Delivery
from bridge.ports.basics import Clock
from bridge.ports.keys import Signer
from bridge.ports.outbound import Fetcher, FetchError


class LogoutClient(Protocol):
    """The part of a Client that is needed here."""

    @property
    def client_id(self) -> ClientId: ...

    @property
    def enabled(self) -> bool: ...

    @property
    def id_token_signed_response_alg(self) -> SigningAlg: ...

    @property
    def backchannel_logout_uri(self) -> str | None: ...

    @property
    def backchannel_logout_session_required(self) -> bool: ...

    def existed_at(self, instant: int) -> bool: ...


@dataclass(frozen=True, slots=True)
class BackchannelLogout:
    """Delivers logout messages. Each attempt makes a new logout token, since they live two minutes."""

    issuer: str
    client: Callable[[ClientId], LogoutClient | None]  # as registered now
    signer: Signer
    fetcher: Fetcher
    clock: Clock
    new_jti: Callable[[], str]

    def deliver(self, message: OutboxMessage) -> Delivery:
        """Make one attempt. Raises StoreUnavailable where the client or the key can't be read."""
        client = self.client(message.client_id)
        if client is None or not client.existed_at(message.created_at):
            return Delivery("refused", "not registered")
        uri = client.backchannel_logout_uri
        if not client.enabled or not uri:
            return Delivery("refused", "no address")
        if client.backchannel_logout_session_required and not message.facts.get("sid"):
            return Delivery(
                "refused", "no session"
            )  # Back-Channel Logout §2.2: no use for a token without sid
        return self._post(uri, self._token(client, message))

    def _token(self, client: LogoutClient, message: OutboxMessage) -> str:
        return logout_token(
            issuer=self.issuer,
            client_id=client.client_id,
            sub=message.facts.get("sub", ""),
            sid=message.facts.get("sid", ""),
            alg=client.id_token_signed_response_alg,
            now=int(self.clock()),
            jti=self.new_jti(),
            signer=self.signer,
        )

    def _post(self, uri: str, token: str) -> Delivery:
        try:
            answer = self.fetcher.post_form(uri, {"logout_token": token})
        except FetchError as error:
            return Delivery("failed", error.reason)
        # OIDC Back-Channel Logout §2.8: 200, or 204 from some frameworks. 400: the client has read the token
        # and refuses it for good. Any other status may come from a proxy or a restart: try again.
        if answer.status in (200, 204):
            return DELIVERED
        return Delivery("refused" if answer.status == 400 else "failed", f"status {answer.status}")
