"""What the tests of this folder share: registered clients, real keys, a good request and its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.authorization_request import AuthorizationRequest
from bridge.domain.client import Client
from bridge.domain.ids import ClientId, Kid
from bridge.oidc.authorization import AuthorizationRequests
from bridge.oidc.authorization.checks import RequestEndpoint, run_checks
from bridge.oidc.authorization.parameters import Parameters
from bridge.oidc.authorization.parts import Parts, UncheckedRequest
from bridge.oidc.id_token import HintReader
from bridge.oidc.keys import Keys
from bridge.ports.keys import SigningKey

ISSUER = "https://login.example"
CALLBACK = "https://app.example/cb?tenant=1"
CHALLENGE = "c" * 43
Value = str | Sequence[str] | None  # None leaves a parameter out, a list repeats it
Pairs = tuple[tuple[str, str], ...]


class RegisteredClients:
    """ports.clients.ClientStore in memory."""

    def __init__(self, *clients: Client) -> None:
        self._clients = {str(client.client_id): client for client in clients}

    def get(self, client_id: str) -> Client | None:
        return self._clients.get(client_id)

    def latest(self, client_id: str) -> Client | None:
        return self.get(client_id)

    def has_origin(self, origin: str) -> bool:
        return any(origin in client.allowed_origins for client in self._clients.values())

    def all(self) -> Sequence[Client]:
        return sorted(self._clients.values(), key=lambda client: client.client_name)

    def add(self, client: Client) -> None:
        self._clients[client.client_id] = client

    replace = add

    def remove(self, client_id: ClientId) -> None:
        del self._clients[client_id]


class KeptKeys:
    """ports.keys.SigningKeyStore in memory."""

    def __init__(self) -> None:
        self._keys: list[SigningKey] = []

    def all(self) -> Sequence[SigningKey]:
        return tuple(self._keys)

    def add(self, key: SigningKey, *, only_if_first: bool = False) -> bool:
        self._keys.insert(0, key)
        return True

    def succeed(
        self, key: SigningKey, before: Sequence[Kid], at: int, *, entry: AuditEntry | None = None
    ) -> None:
        raise NotImplementedError

    def remove(self, kid: Kid, *, entry: AuditEntry | None = None) -> None:
        self._keys = [key for key in self._keys if key.kid != kid]


def client(client_id: str = "web", **changes: Any) -> Client:
    """A web application with a secret; all else as it is by default."""
    return replace(Client(ClientId(client_id), "Portal", (CALLBACK,)), **changes)


CLIENTS = (
    client(),
    client("second", redirect_uris=("https://second.example/cb",)),
    client("web-loopback", redirect_uris=("http://127.0.0.1/cb",)),
    client("lenient", require_pkce=False),
    client("spa", token_endpoint_auth_method="none"),
    client("lenient-spa", token_endpoint_auth_method="none", require_pkce=False),
    client("daily", default_max_age=86400),
    client("machine", grant_types=("client_credentials",)),
    client("off", enabled=False),
    client(
        "native",
        redirect_uris=("http://127.0.0.1/cb", "http://[::1]:8000/cb?a", "kh.gov.app:/cb"),
        application_type="native",
        token_endpoint_auth_method="none",
    ),
)
STORE = RegisteredClients(*CLIENTS)


@cache
def keys() -> Keys:
    """Real keys of one alg, at an instant that stands still."""
    made = Keys(KeptKeys(), lambda: 1_790_000_000.0)
    made.ensure(("ES256",))
    return made


def hint(sub: str = "sophea", aud: str = "web", **claims: object) -> str:
    """An ID token of ours."""
    return keys().sign({"iss": ISSUER, "sub": sub, "aud": aud, "sid": "sid-1", **claims}, "ES256")


def hints() -> HintReader:
    return HintReader(keys(), ISSUER)


def good(client_id: str = "web") -> dict[str, Value]:
    """A request that every check lets pass."""
    return {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": registered_client(client_id).redirect_uris[0],
        "scope": "openid profile",
        "state": "st-ate",
        "nonce": "n-once",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }


def registered_client(client_id: str) -> Client:
    found = STORE.get(client_id)
    assert found is not None
    return found


def pairs(changes: Mapping[str, Value] | None = None, client_id: str = "web") -> Pairs:
    """The parameters of a good request with changes."""
    values = good(client_id) | dict(changes or {})
    return tuple(
        (name, text)
        for name, value in values.items()
        if value is not None
        for text in ([value] if isinstance(value, str) else value)
    )


def requests() -> AuthorizationRequests:
    return AuthorizationRequests(STORE, hints())


def checked(client_id: str = "web", /, **changes: Value) -> AuthorizationRequest:
    """What the whole use case makes of a request."""
    return requests().check(pairs(changes, client_id), "query")


def unchecked(changes: Mapping[str, Value] | None = None, client_id: str = "web") -> UncheckedRequest:
    """The same where only the target is known."""
    parameters = Parameters.received(pairs(changes, client_id), "query")
    return UncheckedRequest(parameters, registered_client(client_id), hints())


def parts_of(endpoint: RequestEndpoint, changes: Mapping[str, Value], client_id: str = "web") -> Parts:
    return run_checks(endpoint, unchecked(changes, client_id))
