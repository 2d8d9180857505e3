"""What a method of client authentication consists of."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bridge.domain.client import AuthMethod, Client
from bridge.oidc.answer import ClientRequest, Form
from bridge.ports.basics import Sealer


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """What a request says of its client, and by which method."""

    client_id: str
    method: AuthMethod
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Proofs:
    """What the methods check a proof with."""

    sealer: Sealer


@dataclass(frozen=True, slots=True)
class Method:
    """A row of the table.

    `used`: whether the request uses it. `read`: what it says; raises OAuthError. `proven`: whether that
    proves the client, which may be None for an unknown one: then too it takes the time of a check.
    `registered`: with which token_endpoint_auth_method a client may use it.
    """

    used: Callable[[ClientRequest, Form], bool]
    read: Callable[[ClientRequest, Form], ClientCredentials]
    proven: Callable[[ClientCredentials, Client | None, Proofs], bool]
    registered: frozenset[AuthMethod]
