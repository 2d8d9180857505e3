"""client_secret_basic: name and secret in the header Authorization (RFC 6749 §2.3.1, RFC 7617)."""

import base64
import binascii
from urllib.parse import unquote_plus

from bridge.oidc.answer import ClientRequest, Form
from bridge.oidc.client_auth.method import ClientCredentials, Method
from bridge.oidc.client_auth.secrets import REGISTERED, secret_proven
from bridge.oidc.errors import ClientRefused, invalid_request


def used(request: ClientRequest, form: Form) -> bool:
    """Whether there is an Authorization header, of any scheme: another than Basic is refused, not ignored."""
    return bool(request.headers.get("Authorization"))


def read(request: ClientRequest, form: Form) -> ClientCredentials:
    """The credentials in the header.

    A client_id in the form as well, as many libraries send, has to be the same.

    Raises OAuthError.
    """
    found = _decoded(request.headers.get("Authorization") or "")
    if form.get("client_id", found.client_id) != found.client_id:
        raise invalid_request("The client_id in the body is another one than in the header.")
    return found


def _decoded(header: str) -> ClientCredentials:
    """Both parts are percent-encoded as in a form (RFC 6749 §2.3.1). Raises ClientRefused."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise ClientRefused
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
        name, colon, secret = text.partition(":")
        client_id, secret = unquote_plus(name, errors="strict"), unquote_plus(secret, errors="strict")
    except (binascii.Error, ValueError):  # UnicodeDecodeError is one; so is base64 of letters beyond ASCII
        raise ClientRefused from None
    if not colon or not client_id:
        raise ClientRefused
    return ClientCredentials(client_id, "client_secret_basic", secret)


METHOD = Method(used, read, secret_proven, REGISTERED)
