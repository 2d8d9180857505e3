"""What a message of CamDigiKey's is about, in one word of ours.

The message itself is never shown, logged or kept: it may name a person. Its class is what an operator needs.
"""

from typing import Literal

MessageClass = Literal[
    "refused",
    "busy",
    "not_registered",
    "not_found",
    "signature",
    "domain",
    "expired",
    "disabled",
    "decryption",
    "token",
    "none",
    "other",
]
_WORDS: tuple[tuple[MessageClass, tuple[str, ...]], ...] = (  # the first that fits counts
    ("refused", ("refuse", "reject", "declin", "cancel", "denied", "deny")),
    (
        "busy",
        ("busy", "overload", "too many", "try again", "maintenance", "unavailable", "timeout", "timed out"),
    ),
    ("not_registered", ("not registered", "unregistered")),
    ("not_found", ("not found",)),
    ("signature", ("signature", "certificate")),
    ("domain", ("domain",)),
    ("expired", ("expire",)),
    ("disabled", ("disable", "inactive", "logged out", "revoked")),
    ("decryption", ("decrypt",)),
    ("token", ("token",)),
)


def message_class(message: str) -> MessageClass:
    """The class of a message, in whatever case it is written."""
    said = message.casefold()
    if not said.strip():
        return "none"
    return next((kind for kind, words in _WORDS if any(word in said for word in words)), "other")
