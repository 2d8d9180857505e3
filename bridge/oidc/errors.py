"""Refusals that go straight to an application: JSON with an error code, never with what was sent."""

from bridge.errors import ReturnedToClient
from bridge.oidc.answer import Answer, json_answer

REALM = "CamDigiKey bridge"
STATUS = {"invalid_client": 401, "invalid_token": 401, "insufficient_scope": 403}  # others are 400


class HintInvalid(ReturnedToClient):
    """An id_token_hint that is not an ID token of ours for this client (OIDC Core §3.1.2.1)."""

    def __init__(self) -> None:
        super().__init__("invalid_request", "The id_token_hint is not an ID token given to this client.")


def challenge(scheme: str, error: str = "", description: str = "", scope: str = "") -> str:
    """The value of WWW-Authenticate (RFC 7235 §4.1, RFC 6750 §3); our texts hold no quotes."""
    facts = {"realm": REALM, "error": error, "error_description": description, "scope": scope}
    return f"{scheme} " + ", ".join(f'{name}="{value}"' for name, value in facts.items() if value)


def refused(error: ReturnedToClient) -> Answer:
    """An error of the token endpoint (RFC 6749 §5.2)."""
    status = STATUS.get(error.error, 400)
    headers = {"WWW-Authenticate": challenge("Basic")} if status == 401 else {}
    return json_answer(status, {"error": error.error, "error_description": error.description}, headers)


def refused_bearer(error: ReturnedToClient, scope: str = "") -> Answer:
    """An error of a resource that wants a bearer token (RFC 6750 §3.1)."""
    said = challenge("Bearer", error.error, error.description, scope)
    content = {"error": error.error, "error_description": error.description}
    return json_answer(STATUS.get(error.error, 400), content, {"WWW-Authenticate": said})


def bearer_wanted() -> Answer:
    """No token came: then no error code is told either (RFC 6750 §3.1)."""
    content = {"error_description": "An access token is needed, in the header Authorization."}
    return json_answer(401, content, {"WWW-Authenticate": challenge("Bearer")})
