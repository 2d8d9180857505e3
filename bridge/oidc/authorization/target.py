"""The second stage: the client, and its redirect_uri, compared as an exact string (RFC 9700 §2.1)."""

import re
from dataclasses import dataclass

from bridge.domain.authorization_request import ReplyTo
from bridge.domain.client import Client
from bridge.errors import ShownToUser
from bridge.oidc.authorization.parameters import MAX_LENGTH, Parameters, unverified_request_object
from bridge.oidc.response_modes import known_mode
from bridge.ports.clients import ClientStore

# The loopback address of a native application: host, port, and the rest (RFC 8252 §7.3).
LOOPBACK = re.compile(r"http://(127\.0\.0\.1|\[::1\])(?::([1-9][0-9]{0,4}))?((?:[/?].*)?)")
MAX_PORT = 65535


@dataclass(frozen=True, slots=True)
class Target:
    """The client, and where its answer goes, a code or an error."""

    client: Client
    reply_to: ReplyTo


def trusted_target(parameters: Parameters, clients: ClientStore) -> Target:
    """The client and where to answer it. Raises ShownToUser: without both there is nowhere to redirect."""
    if parameters.repeated & {"client_id", "redirect_uri"}:
        detail = f"client_id or redirect_uri came twice in the {parameters.origin}"
        raise ShownToUser(400, "bad_request", detail)
    client_id = parameters.get("client_id")
    client = clients.get(client_id) if client_id else None
    if client is None or not client.enabled:
        raise ShownToUser(400, "unknown_client")
    redirect_uri = parameters.get("redirect_uri")
    if redirect_uri is None or not registered(redirect_uri, client):
        raise ShownToUser(400, "bad_redirect_uri", client_id=client.client_id)
    return Target(client, _reply_to(redirect_uri, parameters))


def _reply_to(redirect_uri: str, parameters: Parameters) -> ReplyTo:
    """How the answer goes to a redirect_uri that was checked already.

    A client may send response_mode and state in its request object alone (OIDC Core §6.1). We refuse request
    objects, but the refusal goes back as they say; that they are unverified changes nothing else. A
    response_mode or state that is not valid counts here as not sent; the checks refuse it later.
    """
    inside = unverified_request_object(parameters.get("request"))
    mode = known_mode(parameters.get("response_mode") or inside.get("response_mode"))
    state = parameters.get("state") or inside.get("state")
    if "state" in parameters.repeated or len(state or "") > MAX_LENGTH:
        state = None
    return ReplyTo(redirect_uri, mode or "query", state)


def registered(redirect_uri: str, client: Client) -> bool:
    """Whether answers for this client may go to that address (RFC 9700 §2.1)."""
    return any(_same_address(redirect_uri, registered_uri, client) for registered_uri in client.redirect_uris)


def _same_address(redirect_uri: str, registered_uri: str, client: Client) -> bool:
    if redirect_uri == registered_uri:
        return True
    if client.application_type != "native":
        return False
    ours, theirs = LOOPBACK.fullmatch(registered_uri), LOOPBACK.fullmatch(redirect_uri)
    if ours is None or theirs is None or int(theirs[2] or 80) > MAX_PORT:
        return False
    return ours.group(1, 3) == theirs.group(1, 3)  # only the port may differ
