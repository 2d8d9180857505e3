"""Versions as entity tags: a change names the one that it was made from (RFC 9110 §13, RFC 6585 §3)."""

import re
from dataclasses import dataclass

from flask import Request

from bridge.web.api.problems import Problem
from bridge.web.api.rows import Condition

ETAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]*"')
LIST = re.compile(rf"{ETAG.pattern}(?:[ \t]*,[ \t]*{ETAG.pattern})*")
ANY = "*"


@dataclass(frozen=True, slots=True)
class Expected:
    """The versions that a change may be made to; None: any."""

    tags: frozenset[str] | None = None

    def check(self, version: str) -> str:
        """The version, if it is one of these, compared strongly (RFC 9110 §8.8.3.2). Raises Problem."""
        if self.tags is not None and etag(version) not in self.tags:
            raise stale(version)
        return version


def etag(version: str) -> str:
    """A version as a strong entity tag."""
    return f'"{version}"'


def stale(version: str) -> Problem:
    """Somebody else was faster; the answer has the version as it is now."""
    return Problem("stale", "Read it again, then change it.", headers={"ETag": etag(version)})


def expected(request: Request, wanted: Condition) -> Expected:
    """The versions in If-Match. Raises Problem: where it is missing, or can't be read."""
    text = request.headers.get("If-Match")
    if text is None:
        if wanted == "required":
            raise Problem("version-required", "Send If-Match with the ETag that you were given.")
        return Expected()
    if wanted == "no":
        raise Problem("unreadable-request", "If-Match has no meaning here.")
    return Expected(_tags("If-Match", text))


def is_known(request: Request, tag: str) -> bool:
    """Whether the one who asks has this version already, compared weakly (If-None-Match, RFC 9110 §13.1.2).

    Raises Problem where the header can't be read.
    """
    text = request.headers.get("If-None-Match")
    if text is None:
        return False
    tags = _tags("If-None-Match", text)
    return tags is None or tag in {known.removeprefix("W/") for known in tags}


def _tags(name: str, text: str) -> frozenset[str] | None:
    text = text.strip()
    if text == ANY:
        return None
    if not LIST.fullmatch(text):
        raise Problem("unreadable-request", f"{name} has no entity tags that can be read.")
    return frozenset(ETAG.findall(text))
