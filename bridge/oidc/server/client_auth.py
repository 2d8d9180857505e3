"""Which client is asking: HTTP Basic, its secret in the form, or none for a public one (RFC 6749 §2.3)."""

import base64
import binascii
import hmac
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError

from bridge.domain.client import Client
from bridge.oidc.errors import challenge
from bridge.oidc.server.request import TokenRequest
from bridge.ports import ClientStore, Sealer

BASIC, POST, NONE = "client_secret_basic", "client_secret_post", "none"
SECRET = "client secret"  # the purpose of its keyed hash
FOREIGN_PROOFS = ("client_assertion", "client_assertion_type")  # private_key_jwt and the like


class ClientRefused(InvalidClientError):
    """Always the same 401, with a challenge (RFC 6749 §5.2): which part was wrong is not told."""

    def __init__(self) -> None:
        super().__init__("The client is unknown or did not prove itself as registered.", status_code=401)

    def get_headers(self) -> list[tuple[str, str]]:
        """Authlib's own lacks the realm that RFC 7617 §2 wants."""
        headers = [(name, value) for name, value in super().get_headers() if name != "WWW-Authenticate"]
        return [*headers, ("WWW-Authenticate", challenge("Basic", self.error))]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request says of its client, and by which method."""

    client_id: str
    method: str
    secret: str = field(default="", repr=False)


def authenticate(request: TokenRequest, clients: ClientStore, sealer: Sealer) -> Client:
    """The client that the request proves to come from. Raises ClientRefused, InvalidRequestError."""
    said = credentials(request)
    request.claimed_client_id = said.client_id
    client = clients.get(said.client_id)
    right = _secret_is_right(said.secret, client, sealer)
    if client is None or not client.enabled or not _may_use(said.method, client):
        raise ClientRefused
    if not client.public and not right:
        raise ClientRefused
    request.auth_method = said.method
    return client


def _may_use(method: str, client: Client) -> bool:
    """A secret may come by header or by form, whichever the client's library prefers: both prove the same."""
    secret_ways = (BASIC, POST)
    registered = client.token_endpoint_auth_method
    return method == registered or (method in secret_ways and registered in secret_ways)


def credentials(request: TokenRequest) -> Credentials:
    """The one method used. Raises ClientRefused, InvalidRequestError where there are two."""
    by_form = request.form.get("client_id", "")
    secret = request.form.get("client_secret", "")
    header = request.headers.get("Authorization")
    if header and (secret or any(name in request.form for name in FOREIGN_PROOFS)):
        raise InvalidRequestError("The client proves itself in more than one way.")  # RFC 6749 §2.3
    if header:
        found = _basic(header)
        if by_form and by_form != found.client_id:
            raise InvalidRequestError("The client_id in the body is another one than in the header.")
        return found
    if not by_form or any(name in request.form for name in FOREIGN_PROOFS):
        raise ClientRefused
    return Credentials(by_form, POST if secret else NONE, secret)


def _basic(header: str) -> Credentials:
    """Name and secret of HTTP Basic; both are percent-encoded as in a form (RFC 6749 §2.3.1)."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise ClientRefused
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
        name, colon, secret = text.partition(":")
        found = Credentials(unquote_plus(name, errors="strict"), BASIC, unquote_plus(secret, errors="strict"))
    except (binascii.Error, ValueError):  # UnicodeDecodeError is one; so is base64 of letters beyond ASCII
        raise ClientRefused from None
    if not colon or not found.client_id:
        raise ClientRefused
    return found


def _secret_is_right(secret: str, client: Client | None, sealer: Sealer) -> bool:
    """Compared by keyed hash, in a time that tells nothing of it; two secrets may live at once."""
    shown = sealer.mac(SECRET, secret).encode()
    kept = client.secret_hashes if client is not None else ()
    return any([hmac.compare_digest(shown, one.encode()) for one in kept]) and bool(secret)
