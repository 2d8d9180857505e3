"""Secrets of a file of applications: never their text, only where it is and the number of its version."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

MASKED = ("", "***")  # what settings and pages show in place of a secret: it changes nothing
SHORTEST, LONGEST = 32, 200
FEWEST_LETTERS = 8  # different ones
SECRET_TEXT = re.compile(r"[\x21-\x7e]+")  # RFC 6749 Appendix A.2, without the blank
_ENV = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*")
_FILE = re.compile(r"file:/[^\x00-\x1f]*")


@dataclass(frozen=True, slots=True)
class SecretReference:
    """A secret that lies elsewhere. It is set when `version` differs from the one that was set last."""

    version: int
    source: Literal["env", "file"]
    name: str = field(repr=False)

    @property
    def text(self) -> str:
        """As a file writes it."""
        return f"{self.source}:{self.name}"


class SecretMissing(Exception):
    """A reference leads to no secret. The text is a sentence, without anything of what was found."""


# Reads what a reference leads to. Raises SecretMissing.
SecretReader = Callable[[SecretReference], str]


def parsed_reference(version: int, text: str) -> SecretReference | None:
    """The reference of a text such as env:PORTAL_SECRET or file:/run/secrets/portal; None for any other."""
    source, _, name = text.partition(":")
    if _ENV.fullmatch(text):
        return SecretReference(version, "env", name)
    return SecretReference(version, "file", name) if _FILE.fullmatch(text) and source == "file" else None


def secret_fault(secret: str) -> str:
    """Why a text is no secret to sign in with; empty where it is one. It is kept as a fast keyed hash alone,
    so nobody may be able to guess it."""
    if secret in MASKED:
        return "What it leads to is empty, or masked."
    if not SECRET_TEXT.fullmatch(secret):
        return "The secret has characters other than those of RFC 6749 Appendix A.2, or blanks."
    if not SHORTEST <= len(secret) <= LONGEST or len(set(secret)) < FEWEST_LETTERS:
        return f"The secret has {SHORTEST} to {LONGEST} random characters: `openssl rand -hex 32` makes one."
    return ""
