"""Errors that are answered to an application as JSON; they never repeat what was sent."""

from collections.abc import Mapping
from typing import Literal

from bridge.domain.ids import ClientId
from bridge.errors import BridgeError, ReturnedToClient

REALM = "CamDigiKey bridge"
Scheme = Literal["Basic", "Bearer"]
NONE: Mapping[str, str] = {}


class OAuthError(BridgeError):
    """The one error of all JSON endpoints (RFC 6749 §5.2, RFC 6750 §3.1, RFC 7009 §2.2.1, RFC 7662 §2.3).

    `error` is None where the answer must not have a code (RFC 6750 §3.1). `description` is a fixed sentence
    in the characters that RFC 6749 §5.2 allows. `client_id`: whose pages may read the answer (CORS).
    """

    def __init__(
        self,
        error: str | None,
        description: str,
        status: int = 400,
        headers: Mapping[str, str] = NONE,
        *,
        client_id: str | None = None,
    ) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status
        self.headers = headers
        self.client_id = client_id


class ClientRefused(OAuthError):
    """Client authentication failed: always the same 401 (RFC 6749 §5.2), which never says what was wrong."""

    def __init__(self, client_id: str | None = None) -> None:
        description = "The client is unknown or did not prove itself as registered."
        headers = {"WWW-Authenticate": challenge("Basic", "invalid_client")}
        super().__init__("invalid_client", description, 401, headers, client_id=client_id)


class HintInvalid(ReturnedToClient):
    """An id_token_hint that is not an ID token of ours for this client (OIDC Core §3.1.2.1)."""

    def __init__(self) -> None:
        super().__init__("invalid_request", "The id_token_hint is not an ID token given to this client.")


def invalid_request(description: str, client_id: ClientId | None = None) -> OAuthError:
    """The error for a malformed request (RFC 6749 §5.2)."""
    return OAuthError("invalid_request", description, client_id=client_id)


def invalid_token() -> OAuthError:
    """RFC 6750 §3.1."""
    description = "The access token is unknown, expired or revoked."
    header = challenge("Bearer", "invalid_token", description)
    return OAuthError("invalid_token", description, 401, {"WWW-Authenticate": header})


def token_wanted() -> OAuthError:
    """A request without a token gets no error code (RFC 6750 §3.1)."""
    description = "An access token is needed, in the header Authorization."
    return OAuthError(None, description, 401, {"WWW-Authenticate": challenge("Bearer")})


def challenge(scheme: Scheme, error: str = "", description: str = "", scope: str = "") -> str:
    """The value of a WWW-Authenticate header (RFC 7235 §4.1, RFC 6750 §3). The texts must hold no quotes."""
    facts = {"realm": REALM, "error": error, "error_description": description, "scope": scope}
    return f"{scheme} " + ", ".join(f'{name}="{value}"' for name, value in facts.items() if value)
