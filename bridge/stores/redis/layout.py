"""The names of the keys; the package's docstring explains each."""

import re

from bridge.domain.encoding import digest
from bridge.domain.grant import Origin
from bridge.domain.ids import GrantId
from bridge.domain.token import grant_id_of

_GRANT_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")  # a brace or a newline in it would break the slot
# What stands in braces tells of its kind where it is no bare id; so does the word behind it.
_KIND = re.compile(
    r"bridge:(?:\{(?:(origin|subject|client|rate|lease)(?=:)|(probe)(?=\}))?[^}]*\}:?)?([a-z]+)?"
)


def valid_grant_id(text: str) -> bool:
    """Whether a text can be the id of a Grant; a stranger may send anything."""
    return _GRANT_ID.fullmatch(text) is not None


def presented_grant_id(credential: str) -> GrantId | None:
    """The Grant id in a code or token that was sent to us; None where it can't be one of ours."""
    grant_id = grant_id_of(credential)
    return grant_id if grant_id is not None and valid_grant_id(grant_id) else None


def code(grant_id: str) -> str:
    return f"bridge:{{{grant_id}}}:code"


def grant(grant_id: str) -> str:
    return f"bridge:{{{grant_id}}}:grant"


def ended(grant_id: str) -> str:
    return f"bridge:{{{grant_id}}}:ended"


def access(grant_id: str, token: str) -> str:
    return f"bridge:{{{grant_id}}}:a:{digest(token)}"


def refresh(grant_id: str, token: str) -> str:
    return f"bridge:{{{grant_id}}}:r:{digest(token)}"


def answer(grant_id: str, token: str) -> str:
    return f"bridge:{{{grant_id}}}:answer:{digest(token)}"


def origin(found: Origin) -> str:
    return f"bridge:{{origin:{found.kind}:{digest(found.id)}}}:origin"


def origin_answer(found: Origin) -> str:
    return f"bridge:{{origin:{found.kind}:{digest(found.id)}}}:answer"


def subject_grants(subject_id: str) -> str:
    return f"bridge:{{subject:{subject_id}}}:grants"


def subject_sessions(subject_id: str) -> str:
    return f"bridge:{{subject:{subject_id}}}:sessions"


def client_grants(client_id: str) -> str:
    return f"bridge:{{client:{digest(client_id)}}}:grants"


def client_person(client_id: str, sub: str) -> str:
    """Whom a client's sub names; in the slot of the client's Grants, with which it is written."""
    return f"bridge:{{client:{digest(client_id)}}}:person:{digest(sub)}"


def session(key: str) -> str:
    return f"bridge:{{{key}}}:session"


def session_of_sid(sid: str) -> str:
    return f"bridge:{{sid:{digest(sid)}}}:session"


def session_grants(key: str) -> str:
    return f"bridge:{{{key}}}:grants"


def session_over(key: str) -> str:
    return f"bridge:{{{key}}}:over"


def handoff(key: str) -> str:
    return f"bridge:{{{key}}}:handoff"


def handoff_begun(key: str) -> str:
    return f"bridge:{{{key}}}:begun"


def handoff_taken(key: str) -> str:
    return f"bridge:{{{key}}}:taken"


def confirmation(key: str) -> str:
    return f"bridge:{{{key}}}:confirmation"


def parked(name: str) -> str:
    return f"bridge:parked:{digest(name)}"


def rate(key: str, window: int) -> str:
    return f"bridge:{{rate:{digest(key)}}}:{window}"


def lease(name: str) -> str:
    return f"bridge:{{lease:{name}}}"


def probe() -> str:
    return "bridge:{probe}"


def kind(key: str) -> str:
    """What rests at a key, without any id in it: for the log."""
    found = _KIND.match(key)
    return " ".join(word for word in found.groups() if word) if found else ""
