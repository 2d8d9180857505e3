"""The names of the keys; the table of them stands in the package's docstring."""

import re

from bridge.domain.token import digest, grant_tag

_TAG = re.compile(r"[A-Za-z0-9_-]{1,128}")  # a brace or a newline in it would break the slot


def valid_tag(tag: str) -> bool:
    """Whether a text can be the id of a Grant: what a stranger presents may hold anything."""
    return _TAG.fullmatch(tag) is not None


def presented_tag(credential: str) -> str:
    """The Grant id of a credential that a stranger presents; empty where it can't be one of ours."""
    tag = grant_tag(credential)
    return tag if valid_tag(tag) else ""


def grant(tag: str) -> str:
    return f"bridge:{{{tag}}}:grant"


def record(tag: str) -> str:
    return f"bridge:{{{tag}}}:record"


def ended(tag: str) -> str:
    return f"bridge:{{{tag}}}:ended"


def access(tag: str, token: str) -> str:
    return f"bridge:{{{tag}}}:a:{digest(token)}"


def refresh(tag: str, token: str) -> str:
    return f"bridge:{{{tag}}}:r:{digest(token)}"


def answer(tag: str, token: str) -> str:
    return f"bridge:{{{tag}}}:answer:{digest(token)}"


def session(key: str) -> str:
    return f"bridge:{{{key}}}:session"


def session_grants(key: str) -> str:
    return f"bridge:{{{key}}}:grants"


def session_over(key: str) -> str:
    return f"bridge:{{{key}}}:over"


def handoff(key: str) -> str:
    return f"bridge:{{{key}}}:handoff"


def handoff_taken(key: str) -> str:
    return f"bridge:{{{key}}}:taken"


def waiting(key: str) -> str:
    return f"bridge:{{{key}}}:waiting"


def parked(name: str) -> str:
    return f"bridge:parked:{digest(name)}"


def rate(key: str, window: int) -> str:
    return f"bridge:{{rate:{digest(key)}}}:{window}"


def lease(name: str) -> str:
    return f"bridge:{{lease:{name}}}"
