"""Asks CamDigiKey for a login token by each account, and says in an operator's words what it answered."""

from dataclasses import dataclass

from bridge.camdigikey import ApiError, HttpError
from bridge.domain.ids import ConnectorId
from bridge.errors import UpstreamError
from bridge.ports.connectors import Connector
from bridge.settings import Settings
from bridge.wiring.connectors import close_connectors, connectors_of

HINTS = {  # by CamDigiKey's codes: what of the account is likely to be wrong (PROTOCOL, Envelope)
    100: "It does not take the certificate of our keystore.",
    102: "The domain in partner.json is not the one that CamDigiKey has for this account;"
    " it is written without https://.",
    105: "It can't read what we send: a key in partner.json is not this account's, or our clock is wrong.",
}
UNREGISTERED = "Is a return URL sent (success_return_url, error_return_url) that is not registered there?"


@dataclass(frozen=True, slots=True)
class Answered:
    """What one account was answered."""

    works: bool
    sentence: str


def ask_camdigikey(settings: Settings) -> tuple[Answered, ...]:
    """One answer for each account of the settings. Raises ConfigError."""
    connectors = connectors_of(settings)
    try:
        return tuple(_asked(name, connector) for name, connector in connectors.items())
    finally:
        close_connectors(connectors)


def _asked(name: ConnectorId, connector: Connector) -> Answered:
    try:
        connector.start("bridge-config-check")
    except UpstreamError as error:
        return Answered(False, f"{name}: CamDigiKey gave no login token. {_reason(error)}")
    return Answered(True, f"{name}: CamDigiKey gave a login token.")


def _reason(error: UpstreamError) -> str:
    """What it said, with its own message: here it is read by the operator alone."""
    cause = error.__cause__
    while isinstance(cause, UpstreamError):
        cause = cause.__cause__
    if isinstance(cause, ApiError):
        said = "".join(letter for letter in cause.message if letter.isprintable())
        hint = HINTS.get(cause.code) or (UNREGISTERED if "regist" in said.casefold() else "")
        return f"It answered with code {cause.code}: {said or 'no message'}. {hint}".rstrip()
    if isinstance(cause, HttpError):
        return f"It answered with HTTP {cause.status}, without saying why."
    return f"{error}."
