"""RP-initiated logout, the protocol's part: which Session is to end, and where the browser goes then."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bridge.domain.client import Client
from bridge.domain.ids import Sid
from bridge.errors import ReturnedToClient, ShownToUser
from bridge.oidc.id_token import HintClaims, HintReader
from bridge.oidc.response_modes import with_query
from bridge.ports.clients import ClientStore

WITHOUT_PATH = re.compile(r"(?P<host>[a-z][a-z0-9+.-]*://[^/?#\\\s]+)(?P<query>\?[^#\s]*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """A checked request to sign out (OIDC RP-Initiated Logout §2)."""

    client: Client | None
    sid: Sid | None = None  # of the Session that the hint names; None without a hint
    hinted: bool = False  # whether a good hint came
    return_to: str | None = None  # a registered post_logout_redirect_uri, with state; None: our own page


@dataclass(frozen=True, slots=True)
class LogoutRequests:
    """Checks requests to `/logout` (OIDC RP-Initiated Logout §2)."""

    clients: ClientStore
    hints: HintReader

    def check(self, pairs: Sequence[tuple[str, str]]) -> LogoutRequest:
        """The checked request. Raises ShownToUser where anything is wrong: an error never redirects."""
        params = dict(pairs)
        if len(params) < len(pairs):
            raise _refused("a parameter came twice")
        client = self._client(params)
        hint = self._hint(params, client)
        sid = hint.sid if hint is not None else None
        return LogoutRequest(client, sid, hint is not None, _return_to(params, client))

    def _client(self, params: Mapping[str, str]) -> Client | None:
        """The client of client_id, else the one that the hint was issued to; None where neither was sent."""
        hint, client_id = params.get("id_token_hint"), params.get("client_id")
        if hint and not client_id:
            client_id = self.hints.audience(hint)
        client = self.clients.get(client_id) if client_id else None
        if (hint or client_id) and (client is None or not client.enabled):
            raise _refused("the client is unknown")
        return client

    def _hint(self, params: Mapping[str, str], client: Client | None) -> HintClaims | None:
        """What a good hint says. One that nobody can read, or whose key was removed, is as if none had come:
        the person is asked, and the client, which is named besides, gets its answer.
        """
        hint = params.get("id_token_hint")
        if not hint or client is None or self.hints.audience(hint) is None:
            return None
        try:
            return self.hints.read(hint, client)
        except ReturnedToClient as error:
            raise _refused(error.description, client) from None


def _return_to(params: Mapping[str, str], client: Client | None) -> str | None:
    """The address to return to, with state: compared as an exact string (OIDC RP-Initiated Logout §3).

    Without a path it is the same as with a slash (RFC 3986 §6.2.3), and products send either.
    """
    uri = params.get("post_logout_redirect_uri")
    if not uri:
        return None
    if client is None or _rooted(uri) not in map(_rooted, client.post_logout_redirect_uris):
        raise _refused("post_logout_redirect_uri is not registered", client)
    state = params.get("state")
    return with_query(uri, (("state", state),) if state else ())


def _rooted(uri: str) -> str:
    """The address with a path, be it a slash; letter by letter else, since that is what is sent on.

    urlsplit would take line breaks out of what is compared, and raises for an address that is none.
    """
    found = WITHOUT_PATH.fullmatch(uri)
    return f"{found['host']}/{found['query'] or ''}" if found else uri


def _refused(detail: str, client: Client | None = None) -> ShownToUser:
    return ShownToUser(400, "logout_failed", detail, client_id=client.client_id if client else None)
