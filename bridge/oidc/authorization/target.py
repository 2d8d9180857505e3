"""The second stage: the client, and its redirect_uri, compared as an exact string (RFC 9700 §2.1)."""

import re
from dataclasses import dataclass

from bridge.domain.authorization_request import ReplyTo
from bridge.domain.client import Client
from bridge.errors import ShownToUser
from bridge.oidc.authorization.parameters import MAX_LENGTH, Parameters, unverified_request_object
from bridge.oidc.response_modes import default_mode, known_mode
from bridge.ports.clients import ClientStore

# The loopback address of a native application: host, port, and the rest (RFC 8252 §7.3).
LOOPBACK = re.compile(r"http://(127\.0\.0\.1|\[::1\])(?::([1-9][0-9]{0,4}))?((?:[/?].*)?)")
MAX_PORT = 65535
QUERY_VALUE = re.compile(r"=[^&]+")
MAX_SENT = 300  # characters of a redirect_uri that nobody registered
MAX_LOGGED = 40  # characters of a client_id that nobody registered


class RedirectRefused(ShownToUser):
    """The redirect_uri is not one that the client registered. `sent`: what may be kept of it."""

    def __init__(self, redirect_uri: str | None, client: Client) -> None:
        super().__init__(400, "bad_redirect_uri", client_id=client.client_id)
        self.sent = may_be_kept(redirect_uri or "")


@dataclass(frozen=True, slots=True)
class Target:
    """The client, and where its answer goes, a code or an error."""

    client: Client
    reply_to: ReplyTo


def may_be_kept(redirect_uri: str) -> str:
    """A redirect_uri without the values of its query and what stands after #: they may be anybody's secrets.

    What can't be seen, as a letter that turns the direction of writing, is spelled out.
    """
    plain = QUERY_VALUE.sub("=…", redirect_uri.partition("#")[0][:MAX_SENT])
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in plain)


def trusted_target(parameters: Parameters, clients: ClientStore) -> Target:
    """The client and where to answer it. Raises ShownToUser: without both there is nowhere to redirect."""
    if parameters.repeated & {"client_id", "redirect_uri"}:
        detail = f"client_id or redirect_uri came twice in the {parameters.origin}"
        raise ShownToUser(400, "bad_request", detail)
    client_id = parameters.get("client_id")
    client = clients.get(client_id) if client_id else None
    redirect_uri = parameters.get("redirect_uri")
    if client is not None and not (client.enabled and registered(redirect_uri, client)):
        client = clients.latest(client.client_id)  # it may just have been edited
    if client is not None and client.pause_texts:
        raise ShownToUser(403, "paused", client_id=client.client_id)
    if client is None or not client.enabled:
        detail = f"client_id: {(client_id or '')[:MAX_LOGGED]!r}"
        raise ShownToUser(400, "unknown_client", detail)
    if redirect_uri is None or not registered(redirect_uri, client):
        raise RedirectRefused(redirect_uri, client)
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
    default = default_mode(parameters.words("response_type"))
    if mode is None or (mode == "query" and default == "fragment"):
        mode = default
    return ReplyTo(redirect_uri, mode, state)


def registered(redirect_uri: str | None, client: Client) -> bool:
    """Whether answers for this client may go to that address (RFC 9700 §2.1)."""
    return redirect_uri is not None and any(
        _same_address(redirect_uri, registered_uri, client) for registered_uri in client.redirect_uris
    )


def _same_address(redirect_uri: str, registered_uri: str, client: Client) -> bool:
    if redirect_uri == registered_uri:
        return True
    if client.application_type != "native":
        return False
    ours, theirs = LOOPBACK.fullmatch(registered_uri), LOOPBACK.fullmatch(redirect_uri)
    if ours is None or theirs is None or int(theirs[2] or 80) > MAX_PORT:
        return False
    return ours.group(1, 3) == theirs.group(1, 3)  # only the port may differ
