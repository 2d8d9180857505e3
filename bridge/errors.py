"""The errors that several packages share; a package may add its own below these.

An error that a stranger may see has two texts: a fixed sentence, or the key of a page's text, which is shown;
and `detail`, which goes to the log only.
"""

from collections.abc import Mapping
from typing import Literal

Store = Literal["Redis", "SQL"]
StoreCause = Literal[
    "unreachable",
    "unknown_host",
    "timeout",
    "connection_lost",
    "tls",
    "wrong_password",
    "not_allowed",
    "no_database",
    "not_a_database",
    "no_tables",
    "read_only",
    "no_primary",
    "full",
    "starting",
    "shutting_down",
    "too_many_connections",
    "collided",
    "refused",
]
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
        facts = {name: text for name, text in self._facts.items() if text}
        return {"error": type(self).__name__, **facts}

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


# By cause: what the server does, and what mends it. `{setting}` is the store's address in the settings.
STORE_CAUSES: Mapping[StoreCause, tuple[str, str]] = {
    "unreachable": ("can't be reached", "Is it running, and at the address that {setting} says?"),
    "unknown_host": ("has a host name that is not known", "Check the host in {setting}."),
    "timeout": ("does not answer in time", "It hangs, is overloaded, or {section}.timeout is too short."),
    "connection_lost": ("closed the connection", "It mends itself; if it stays, its own log says why."),
    "tls": ("speaks no TLS, or shows a certificate that is not trusted", "Check {setting} and its TLS."),
    "wrong_password": ("refuses the user or the password", "Check both in {setting}."),
    "not_allowed": ("does not allow us this", "Give the user of {setting} the right to read and to write."),
    "no_database": ("has no database of that name", "Make it, or check the name in {setting}."),
    "not_a_database": ("holds no database that can be read", "Check {setting}, or restore a backup."),
    "no_tables": ("has not the tables of this release", "`bridge db upgrade` makes them."),
    "read_only": ("can only be read", "Is it a replica? {setting} has to lead to the one that takes writes."),
    "no_primary": ("has no primary or too few replicas to write to", "See to its replication."),
    "full": ("is full, or can't save", "Give it more memory or room on its disk."),
    "starting": ("is still starting up", "Wait: it mends itself."),
    "shutting_down": ("is shutting down", "Start it again."),
    "too_many_connections": (
        "has no connection left",
        "Raise its limit, or lower {section}.pool_size or server.workers.",
    ),
    "collided": (
        "rolled the transaction back, again and again",
        "It mends itself; if it stays, its log says why.",
    ),
    "refused": ("refuses what it was asked", "Its own log says why."),
}
PASSING: frozenset[StoreCause] = frozenset(STORE_CAUSES) - {  # what may mend itself while we run
    "wrong_password",
    "not_allowed",
    "no_database",
    "not_a_database",
    "no_tables",
    "tls",
}


class StoreUnavailable(BridgeError):
    """Redis or SQL can't be used: answered 503 with Retry-After, and nothing is half done.

    `server` is `host:port` or a path, `operation` a command or statement with what it is about; neither holds
    a password, a key or a value.
    """

    def __init__(
        self, store: Store, cause: StoreCause = "refused", *, server: str = "", operation: str = ""
    ) -> None:
        super().__init__(f"{store}{f' at {server}' if server else ''}: {cause} ({operation or 'unknown'})")
        self.store = store
        self.cause = cause
        self.server = server
        self.operation = operation

    @property
    def mend(self) -> str:
        """What mends it, in a sentence."""
        section = {"Redis": "redis", "SQL": "database"}[self.store]
        return STORE_CAUSES[self.cause][1].format(setting=f"{section}.url", section=section)

    @property
    def sentence(self) -> str:
        """All of it, for the person at the console."""
        doing = f" ({self.operation})" if self.operation else ""
        where = f"{self.store} at {self.server}" if self.server else self.store
        return f"{where} {STORE_CAUSES[self.cause][0]}{doing}. {self.mend}"

    @property
    def facts(self) -> Mapping[str, str]:
        """The fields of its line in the log."""
        return {
            "store": self.store,
            "server": self.server,
            "operation": self.operation,
            "cause": self.cause,
            "mend": self.mend,
        }


class SealBroken(BridgeError):
    """A sealed text was not made by us, was changed, or was sealed for another purpose."""

    @property
    def sentence(self) -> str:
        """What is wrong and what mends it, for the person at the console."""
        return "master_keys: none of them opens what the database holds; add the one that sealed it."


class UnknownMasterKey(SealBroken):
    """A text is sealed with a master key that is not in the settings here; `key_id` names that key."""

    cause = "unknown_master_key"

    def __init__(self, key_id: str) -> None:
        super().__init__(f"sealed with the master key {key_id}, which is not known here")
        self.key_id = key_id

    @property
    def sentence(self) -> str:
        """The same, with the key's id."""
        return (
            f"master_keys: none of them opens what is sealed with the key {self.key_id}; add the one that"
            " sealed it, and start again (`bridge keys status` where it is known says more)."
        )

    @property
    def facts(self) -> Mapping[str, str]:
        """The fields of its line in the log."""
        return {"cause": self.cause, "master_key": self.key_id, "mend": self.sentence}


class NotRecorded(UnknownMasterKey):
    """What an administrator asks for is not done: it can't be recorded, as the key in use is unknown here."""
