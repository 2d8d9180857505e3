"""The errors that several packages share; a package may add its own below these.

An error that a stranger may see has two texts: a fixed sentence, or the key of a page's text, which is shown;
and `detail`, which goes to the log only.
"""

from typing import Literal

UpstreamFailure = Literal["access_denied", "account_inactive", "temporarily_unavailable", "server_error"]


class BridgeError(Exception):
    """The base of all errors that this project raises on purpose."""


class ConfigError(BridgeError):
    """The settings can't be used; `faults` holds one sentence per fault, all of them at once."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class ShownToUser(BridgeError):
    """Answered with a page, never with a redirect: client or redirect_uri are not trusted.

    `status` is the HTTP status, `key` names the page's text (web/texts.py), `detail` is for the log.
    `client_id` names the application that the page offers the way back to, where it is known.
    """

    def __init__(self, status: int, key: str, detail: str = "", *, client_id: str | None = None) -> None:
        super().__init__(f"{key}: {detail}" if detail else key)
        self.status = status
        self.key = key
        self.detail = detail
        self.client_id = client_id


class ReturnedToClient(BridgeError):
    """An OAuth error for the client (RFC 6749 §4.1.2.1): code, a fixed sentence, and a detail for the log."""

    def __init__(self, error: str, description: str, detail: str = "") -> None:
        super().__init__(f"{error}: {description}" + (f" ({detail})" if detail else ""))
        self.error = error
        self.description = description
        self.detail = detail


class UpstreamError(BridgeError):
    """CamDigiKey did not do what was asked.

    `oauth_error` is the error for the client; `failure`, for the person, is a key of web/texts.PROBLEMS.
    """

    oauth_error: Literal["access_denied", "temporarily_unavailable", "server_error"] = "server_error"

    def __init__(self, detail: str = "", *, operation: str = "", code: str = "", why: str = "") -> None:
        """`operation`: what was asked; `code`: the number it answered; `why`: its message's class, or ours.

        All in fixed words and numbers: nothing of what was sent or answered.
        """
        super().__init__(detail)
        self._facts = {"operation": operation, "error_code": code, "why": why or detail}

    def as_broken(self) -> "UpstreamBroken":
        """The same, where it says nothing of the person."""
        broken = UpstreamBroken(str(self))
        broken._facts = self._facts
        return broken

    @property
    def facts(self) -> dict[str, str]:
        """What log and audit say of it."""
        told = {name: text for name, text in self._facts.items() if text}
        return {"error": type(self).__name__, **told}

    @property
    def failure(self) -> UpstreamFailure:
        """The text of the page that says how the sign-in failed; by default the one of `oauth_error`."""
        return self.oauth_error


class UpstreamUnavailable(UpstreamError):
    """CamDigiKey could not be reached in time, or the circuit breaker is open."""

    oauth_error = "temporarily_unavailable"


class UpstreamRefused(UpstreamError):
    """CamDigiKey refused: the person's token or account is not valid."""

    oauth_error = "access_denied"


class AccountInactive(UpstreamRefused):
    """The person's CamDigiKey account is disabled or has expired: trying again does not help."""

    @property
    def failure(self) -> UpstreamFailure:
        """A page of its own; the client gets access_denied, for this is the person's matter."""
        return "account_inactive"


class UpstreamBroken(UpstreamError):
    """CamDigiKey's answer can't be trusted: a wrong MAC, signature or certificate chain, or garbage."""

    oauth_error = "server_error"


class StoreUnavailable(BridgeError):
    """Redis or SQL can't be reached: answered 503 with Retry-After, and nothing is half done."""


class SealBroken(BridgeError):
    """A sealed text was not made by us, was changed, or was sealed for another purpose."""
