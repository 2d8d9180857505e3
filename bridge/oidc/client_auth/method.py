"""The form of a client authentication method: a row of the table in `methods`."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bridge.domain.client import AuthMethod, Client
from bridge.oidc.answer import ClientRequest, Form
from bridge.ports.basics import Sealer


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """The credentials in a request, and the method they are for. Unchecked."""

    client_id: str
    method: AuthMethod
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Proofs:
    """What the methods need to check credentials."""

    sealer: Sealer


@dataclass(frozen=True, slots=True)
class Method:
    """A row of the table.

    `used`: whether the request uses this method. `read`: the credentials in it; raises OAuthError. `proven`:
    whether they are the client's; for an unknown client (None) it takes as long as for a known one.
    `registered`: the values of token_endpoint_auth_method with which a client may use this method.
    """

    used: Callable[[ClientRequest, Form], bool]
    read: Callable[[ClientRequest, Form], ClientCredentials]
    proven: Callable[[ClientCredentials, Client | None, Proofs], bool]
    registered: frozenset[AuthMethod]
