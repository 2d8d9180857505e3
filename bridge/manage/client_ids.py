"""What applications, their secrets and the sectors of their people are called."""

import base64
from collections.abc import Sequence

from bridge.domain.encoding import TokenBytes, digest
from bridge.domain.ids import ClientId
from bridge.manage.addresses import sectors

ID_BYTES = 16


def secret_id_of(secret_hash: str) -> str:
    """What a live secret is called: nothing of the secret can be told from it."""
    return digest(secret_hash)[:16]


def sector_of(redirect_uris: Sequence[str], client_id: str) -> str | None:
    """The host that all redirect URIs share (OIDC Core §8.1); None where there are several to choose from.

    Where all are on loopback it is the client's id: two native applications of different owners would share
    127.0.0.1, and must not know a person by the same sub.
    """
    hosts = sectors(redirect_uris) or [client_id]
    return hosts[0] if len(hosts) == 1 else None


def new_client_id(token_bytes: TokenBytes) -> ClientId:
    """A random id of letters and digits: base64url could begin with a hyphen, as options of commands do."""
    return ClientId(base64.b32encode(token_bytes(ID_BYTES)).decode().rstrip("=").lower())
