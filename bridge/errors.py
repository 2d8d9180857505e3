"""The errors that every room shares, drawn in DESIGN's tree; each room may add its own below these.

An error carries two texts where a stranger may read one of them: what is said aloud, a fixed sentence or a
key of a page's text, and `detail`, which goes to the log only.
"""

from typing import Literal

UpstreamFailure = Literal["access_denied", "account_inactive", "temporarily_unavailable", "server_error"]


class BridgeError(Exception):
    """The root: whatever this project raises on purpose."""


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
    """CamDigiKey did not give what was asked. `oauth_error` is what the client is told of it; `failure` is
    what the person is told of it, a key of web/texts.PROBLEMS: the same, where there is no more to say.
    """

    oauth_error: Literal["access_denied", "temporarily_unavailable", "server_error"] = "server_error"

    @property
    def failure(self) -> UpstreamFailure:
        """How the sign-in failed, as its page tells it."""
        return self.oauth_error


class UpstreamUnavailable(UpstreamError):
    """It could not be reached, or not in time, or the circuit breaker is open."""

    oauth_error = "temporarily_unavailable"


class UpstreamRefused(UpstreamError):
    """It answered, and refused: the person's token or account does not hold."""

    oauth_error = "access_denied"


class AccountInactive(UpstreamRefused):
    """The person's account is disabled, or its time is over: to try again can't help."""

    @property
    def failure(self) -> UpstreamFailure:
        """Told apart on the page, not to the client."""
        return "account_inactive"


class UpstreamBroken(UpstreamError):
    """It answered something that can't be trusted: a bad MAC, a bad signature, a wrong chain, garbage."""

    oauth_error = "server_error"


class StoreUnavailable(BridgeError):
    """Redis or SQL is away: 503 with Retry-After, nothing half done."""


class SealBroken(BridgeError):
    """A sealed text was not made here, was changed, or was sealed for another purpose."""
