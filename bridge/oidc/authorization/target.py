"""The second stage: whom a request is from and where its answer goes, by exact string (RFC 9700 §2.1)."""

import re
from dataclasses import dataclass

from bridge.domain.authorization_request import ReplyTo
from bridge.domain.client import Client
from bridge.errors import ShownToUser
from bridge.oidc.authorization.parameters import MAX_LENGTH, Parameters, unverified_object
from bridge.oidc.response_modes import default_mode, known_mode
from bridge.ports.clients import ClientStore

# A native application's own address, port and the rest apart (RFC 8252 §7.3).
LOOPBACK = re.compile(r"http://(127\.0\.0\.1|\[::1\])(?::([1-9][0-9]{0,4}))?((?:[/?].*)?)")
MAX_PORT = 65535
MAX_LOGGED = 40  # characters of a client_id that nobody registered


@dataclass(frozen=True, slots=True)
class Target:
    """The client, and the one way back to it, for success and refusal alike."""

    client: Client
    reply_to: ReplyTo


def trusted_target(parameters: Parameters, clients: ClientStore) -> Target:
    """The client and its redirect_uri. Raises ShownToUser: until both are trusted nothing redirects."""
    if parameters.repeated & {"client_id", "redirect_uri"}:
        detail = f"client_id or redirect_uri came twice in the {parameters.origin}"
        raise ShownToUser(400, "bad_request", detail)
    client_id = parameters.get("client_id")
    client = clients.get(client_id) if client_id else None
    redirect_uri = parameters.get("redirect_uri")
    if client is not None and not (client.enabled and registered(redirect_uri, client)):
        client = clients.latest(client.client_id)  # it may just have been edited
    if client is None or not client.enabled:
        detail = f"client_id: {(client_id or '')[:MAX_LOGGED]!r}"
        raise ShownToUser(400, "unknown_client", detail)
    if redirect_uri is None or not registered(redirect_uri, client):
        raise ShownToUser(400, "bad_redirect_uri", client_id=client.client_id)
    return Target(client, _reply_to(redirect_uri, parameters))


def _reply_to(redirect_uri: str, parameters: Parameters) -> ReplyTo:
    """How an answer reaches the address that is trusted already.

    A client may say response_mode and state in its request object alone (OIDC Core §6.1). Such a request is
    refused, and the two words, unverified, change nothing but how the refusal travels. A response_mode or a
    state that can't be used is refused by the checks; here it is as if it had not come.
    """
    inside = unverified_object(parameters.get("request"))
    mode = known_mode(parameters.get("response_mode") or inside.get("response_mode"))
    state = parameters.get("state") or inside.get("state")
    if "state" in parameters.repeated or len(state or "") > MAX_LENGTH:
        state = None
    default = default_mode(parameters.words("response_type"))
    if mode is None or (mode == "query" and default == "fragment"):
        mode = default
    return ReplyTo(redirect_uri, mode, state)


def registered(redirect_uri: str | None, client: Client) -> bool:
    """Whether answers for this client may go to that address (RFC 9700 §2.1)."""
    return redirect_uri is not None and any(
        _same_address(redirect_uri, address, client) for address in client.redirect_uris
    )


def _same_address(asked: str, address: str, client: Client) -> bool:
    if asked == address:
        return True
    if client.application_type != "native":
        return False
    ours, theirs = LOOPBACK.fullmatch(address), LOOPBACK.fullmatch(asked)
    if ours is None or theirs is None or int(theirs[2] or 80) > MAX_PORT:
        return False
    return ours.group(1, 3) == theirs.group(1, 3)  # only the port may differ
