"""RP-initiated logout, the protocol's part: whose Session a client wants ended, and where to go then."""

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.domain.client import Client
from bridge.errors import ReturnedToClient, ShownToUser
from bridge.oidc.id_token import HintReader
from bridge.oidc.response_mode import with_query
from bridge.ports import ClientStore


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """A checked request to sign out (OIDC RP-Initiated Logout §2)."""

    client: Client | None
    sid: str = ""  # of the Session that the hint names; empty without a hint
    return_to: str = ""  # a registered post_logout_redirect_uri, with state; empty: our own page


def check(pairs: Sequence[tuple[str, str]], clients: ClientStore, hints: HintReader) -> LogoutRequest:
    """Check a logout request. Raises ShownToUser: nothing here goes back to an address that isn't trusted."""
    params = dict(pairs)
    if len(params) < len(pairs):
        raise ShownToUser(400, "logout_failed", "a parameter came twice")
    hint = params.get("id_token_hint")
    client_id = params.get("client_id")
    if hint and not client_id:
        client_id = hints.audience(hint)
    client = clients.get(client_id) if client_id else None
    if (hint or client_id) and (client is None or not client.enabled):
        raise ShownToUser(400, "logout_failed", "the client is unknown")
    try:
        sid = hints.read(hint, client).sid if hint and client else ""
    except ReturnedToClient as error:
        raise ShownToUser(400, "logout_failed", error.description) from None
    return LogoutRequest(client, sid, _return_to(params, client))


def _return_to(params: dict[str, str], client: Client | None) -> str:
    """By exact string, and only for a client that is known (RP-Initiated Logout §3)."""
    uri = params.get("post_logout_redirect_uri", "")
    if not uri:
        return ""
    if client is None or uri not in client.post_logout_redirect_uris:
        raise ShownToUser(400, "logout_failed", "post_logout_redirect_uri is not registered")
    state = params.get("state")
    return with_query(uri, (("state", state),) if state else ())
